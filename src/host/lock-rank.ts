/**
 * The order in which locks are taken, lowest first. Debug builds assert it. Locks of containers/storage follow its
 * own order among themselves, from `storage` on.
 */
export const lockRank = {
  journals: 0,
  journal: 1,
  store: 10,
  names: 20,
  lease: 30,
  record: 40,
  volumes: 50,
  attachment: 55,
  network: 60,
  storage: 70,
  namespaces: 90,
  runtime: 95,
  events: 100,
} as const;
