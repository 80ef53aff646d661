-- In front of each check. What an operator tries again by itself counts as broken once it has lasted for half an hour: a broken
-- object ends the sync, and that is not tried again.
local os = require("os")
local status = obj.status or {}
local function healthy(message)
  return { status = "Healthy", message = message or "" }
end
local function waits(message)
  return { status = "Progressing", message = message }
end
local function lasts(since, message)
  local limit = os.date("!%Y-%m-%dT%XZ", os.time() - 1800)
  local broken = (since or obj.metadata.creationTimestamp) < limit
  return { status = broken and "Degraded" or "Progressing", message = message }
end
local function unmet(condition, otherwise)
  return lasts(condition.lastTransitionTime, condition.message or condition.reason or otherwise)
end
