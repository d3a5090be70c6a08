# What who watches over an orchestrator asks.
GET /healthz  as nobody
= 200
{"status": "alive"}
GET /readyz  as nobody
= 200
{"status": "ready", "loop": "turns", "store": "is read"}
# Figures are for administrators.
GET /metrics  as nobody
= 401
{"status": 401, ...}
GET /metrics  as demo
= 403
{"status": 403, ...}
