// Stores that break the contract in one place each, over any real store.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "annex/storage/store.h"

namespace annex::storage {

struct Mutant {
  std::string does{};      ///< what it does wrong
  std::string property{};  ///< the suite's property that it must die by
  std::function<std::unique_ptr<Store>(std::unique_ptr<Store>)> wrap{};
};

const std::vector<Mutant>& mutants();

}  // namespace annex::storage
