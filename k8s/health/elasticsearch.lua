-- Elasticsearch. Yellow is no more than a copy of an index without a place, as in a cluster of one node.
if status.phase == "Ready" and (status.health == "green" or status.health == "yellow") then
  return healthy()
end
if status.phase == "Invalid" or status.health == "red" then
  return lasts(nil, "phase " .. (status.phase or "") .. ", health " .. (status.health or ""))
end
return waits(status.phase or "waits for the cluster")
