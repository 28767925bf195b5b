// ReadPool: a few connections to tracking.db that only read. A lease is one snapshot: all it reads
// is of one moment, no earlier than any write acknowledged before the lease began, and it neither
// waits for the writer nor holds it up.
//
//   ASSIGN_OR_RETURN(ReadLease lease, pool.Lease());
//   return ReadRun(lease.session(), id);
//
// Thread safety: Lease from any thread; a lease is used by one. Overflow: callers wait for a
// connection. Ownership: leases must die before the pool.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "records/tracking/sqlite/session.h"

namespace mooring::records {

class ReadPool;

class ReadLease {
 public:
  ReadLease(ReadLease&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)), session_(std::move(other.session_)) {}
  ReadLease& operator=(ReadLease&&) = delete;
  ~ReadLease();
  Session& session() { return *session_; }

 private:
  friend class ReadPool;
  ReadLease(ReadPool* pool, std::unique_ptr<Session> session)
      : pool_(pool), session_(std::move(session)) {}
  ReadPool* pool_;
  std::unique_ptr<Session> session_;
};

class ReadPool {
 public:
  static Result<std::unique_ptr<ReadPool>> Open(const std::string& file, std::size_t connections);
  Result<ReadLease> Lease();

 private:
  friend class ReadLease;
  std::unique_ptr<Session> Take();
  void Give(std::unique_ptr<Session> session);

  std::mutex mutex_;
  std::condition_variable given_;
  std::vector<std::unique_ptr<Session>> free_;
};

}  // namespace mooring::records
