type Ranges = [string, ...string[]];

/** Ranges that are nobody's on the internet (RFC 6890): a request from there is forged or misrouted. */
export const unroutable: Ranges = [
  '0.0.0.0/8',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '240.0.0.0/4',
];

/** What Cloudflare publishes as its own ranges (cloudflare.com/ips-v4), where the Worker at the edge calls from. */
export const cloudflare: Ranges = [
  '173.245.48.0/20',
  '103.21.244.0/22',
  '103.22.200.0/22',
  '103.31.4.0/22',
  '141.101.64.0/18',
  '108.162.192.0/18',
  '190.93.240.0/20',
  '188.114.96.0/20',
  '197.234.240.0/22',
  '198.41.128.0/17',
  '162.158.0.0/15',
  '104.16.0.0/13',
  '104.24.0.0/14',
  '172.64.0.0/13',
  '131.0.72.0/22',
];
