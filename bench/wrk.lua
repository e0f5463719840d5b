-- SPDX-License-Identifier: MIT
-- Has wrk send the requests of `load_http --write FILE COUNT`, each once, and stop.
-- usage: wrk -s wrk.lua URL -- FILE
local requests, sent, thread = {}, 0, nil

function setup(t)
    thread = t
end

function init(args)
    local file = assert(io.open(args[1], "rb"))
    for length in function() return file:read("*l") end do
        requests[#requests + 1] = file:read(tonumber(length))
    end
    file:close()
end

function request()
    if sent == #requests then wrk.thread:stop() end
    sent = math.min(sent + 1, #requests)
    return requests[sent]
end
