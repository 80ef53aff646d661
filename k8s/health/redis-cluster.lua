-- RedisCluster. The operator repairs what it calls Failed; nothing says since when it is, so a new one gets its time.
local wanted = obj.spec.redisLeader ~= nil and obj.spec.redisLeader.replicas or obj.spec.clusterSize
if status.state == "Ready" and (status.readyLeaderReplicas or 0) >= wanted then
  return healthy()
end
if status.state == "Failed" then
  return lasts(nil, status.reason or "failed")
end
return waits(status.reason or "waits for the Redis cluster")
