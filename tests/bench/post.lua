-- wrk's part: posts each line of the file $DELIVERIES once ("door <tab> body") and writes the delivery ids
-- that the server acknowledged to $ACKNOWLEDGED.
local bodies, doors, count, at = {}, {}, 0, 0
local prefix = os.getenv("HOOKS")
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  for line in io.lines(os.getenv("DELIVERIES")) do
    local tab = line:find("\t", 1, true)
    count = count + 1
    doors[count], bodies[count] = line:sub(1, tab - 1), line:sub(tab + 1)
  end
  exhausted, kept, refused = 0, 0, 0
  file = io.open(os.getenv("ACKNOWLEDGED"), "w")
  file:setvbuf("line")
  headers = { ["Content-Type"] = "application/json", ["User-Agent"] = "provider/1.0", ["Accept"] = "*/*" }
end

function request()
  at = at + 1
  if at > count then
    at, exhausted = 1, exhausted + 1
  end
  return wrk.format("POST", prefix .. doors[at], headers, bodies[at])
end

function response(status, _, body)
  if status == 200 then
    kept = kept + 1
    local id = body:match('"delivery":(%d+)')
    if id then file:write(id, "\n") end
  else
    refused = refused + 1
  end
end

function done(summary, latency, _)
  local kept, refused, exhausted = 0, 0, 0
  for _, thread in ipairs(threads) do
    kept, refused = kept + thread:get("kept"), refused + thread:get("refused")
    exhausted = exhausted + thread:get("exhausted")
  end
  io.write(string.format(
    '{"seconds": %.6f, "answered": %d, "refused": %d, "exhausted": %d, "errors": %d, "p50_ms": %.3f, "p99_ms": %.3f}\n',
    summary.duration / 1e6, kept, refused, exhausted,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3
  ))
end
