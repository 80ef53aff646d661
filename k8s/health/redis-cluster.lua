-- RedisCluster. The operator repairs what it calls Failed; nothing says since when it is, so a new one gets its time.
local os = require("os")
local status = obj.status or {}
local wanted = obj.spec.redisLeader ~= nil and obj.spec.redisLeader.replicas or obj.spec.clusterSize
if status.state == "Ready" and (status.readyLeaderReplicas or 0) >= wanted then
  return { status = "Healthy", message = "" }
end
local limit = os.date("!%Y-%m-%dT%XZ", os.time() - 1800)
if status.state == "Failed" and obj.metadata.creationTimestamp < limit then
  return { status = "Degraded", message = status.reason or "failed" }
end
return { status = "Progressing", message = status.reason or "waits for the Redis cluster" }
