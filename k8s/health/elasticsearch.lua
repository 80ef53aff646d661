-- Elasticsearch. Yellow is no more than a copy of an index without a place, as in a cluster of one node.
local os = require("os")
local status = obj.status or {}
if status.phase == "Ready" and (status.health == "green" or status.health == "yellow") then
  return { status = "Healthy", message = "" }
end
local limit = os.date("!%Y-%m-%dT%XZ", os.time() - 1800)
local broken = status.phase == "Invalid" or status.health == "red"
if broken and obj.metadata.creationTimestamp < limit then
  return { status = "Degraded", message = "phase " .. (status.phase or "") .. ", health " .. (status.health or "") }
end
return { status = "Progressing", message = status.phase or "waits for the cluster" }
