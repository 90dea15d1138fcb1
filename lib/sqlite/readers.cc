#include "sqlite/readers.h"

namespace annex::sqlite {
namespace {

constexpr std::size_t kMost = 8;

}  // namespace

StoreResult<Readers::Loan> Readers::lend() {
  {
    util::MutexLock lock(mutex_);
    while (lent_ == kMost) returned_.wait(mutex_);
    ++lent_;
    if (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      return Loan(*this, std::move(connection));
    }
  }
  auto opened = Connection::open(path_, Connection::Access::kRead, vfs_);
  if (!opened) {
    give_back(nullptr);
    return std::move(opened).error();
  }
  return Loan(*this, std::move(*opened));
}

void Readers::give_back(std::unique_ptr<Connection> connection) {
  util::MutexLock lock(mutex_);
  --lent_;
  if (connection) idle_.push_back(std::move(connection));
  returned_.notify_one();
}

}  // namespace annex::sqlite
