-- RedisReplication: there is a master, or there is not yet.
if (status.masterNode or "") ~= "" then
  return healthy()
end
return lasts(nil, "has no master")
