/* [data-print] prints the page; assets/css says what of it goes on paper. */
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
