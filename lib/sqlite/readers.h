// A few connections for reads, beside the one that writes.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "annex/util/mutex.h"
#include "sqlite/connection.h"

namespace annex::sqlite {

/// Lends connections, opening them when first needed. Any thread.
class Readers {
 public:
  Readers(std::string path, std::string vfs) : path_(std::move(path)), vfs_(std::move(vfs)) {}

  /// Gives its connection back at its end.
  class Loan {
   public:
    Loan(Readers& readers, std::unique_ptr<Connection> connection)
        : readers_(&readers), connection_(std::move(connection)) {}
    ~Loan() {
      if (connection_) readers_->give_back(std::move(connection_));
    }
    Loan(Loan&&) = default;
    Loan& operator=(Loan&&) = delete;
    Connection& operator*() { return *connection_; }

   private:
    Readers* readers_;
    std::unique_ptr<Connection> connection_;
  };

  /// Waits while all are lent.
  StoreResult<Loan> lend();

 private:
  void give_back(std::unique_ptr<Connection> connection);

  const std::string path_;
  const std::string vfs_;
  util::Mutex mutex_;
  util::CondVar returned_;
  std::vector<std::unique_ptr<Connection>> idle_ ANNEX_GUARDED_BY(mutex_);
  std::size_t lent_ ANNEX_GUARDED_BY(mutex_) = 0;
};

}  // namespace annex::sqlite
