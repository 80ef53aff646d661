-- Application, as an object of the hub's own: an operator is there when its sync is over and all of it is healthy. It tries
-- again by itself, and shows as what it is by itself: the hub only waits for it.
local health = status.health ~= nil and status.health.status or "Unknown"
local operation = status.operationState or {}
local synced = status.sync ~= nil and status.sync.status == "Synced"
if health == "Healthy" and synced and operation.phase == "Succeeded" and obj.operation == nil then
  return healthy()
end
return waits("sync " .. (operation.phase or "not begun") .. ", health " .. health)
