-- RedisReplication: there is a master, or there is not yet.
local os = require("os")
if obj.status ~= nil and (obj.status.masterNode or "") ~= "" then
  return { status = "Healthy", message = "" }
end
local limit = os.date("!%Y-%m-%dT%XZ", os.time() - 1800)
if obj.metadata.creationTimestamp < limit then
  return { status = "Degraded", message = "has no master" }
end
return { status = "Progressing", message = "waits for a master" }
