// The certificate and key by which a server proves its name.
#pragma once

#include <string>
#include <vector>

#include "annex/server/options.h"
#include "annex/util/result.h"

namespace annex {

/// A server's certificate, with the chain that it sends, and its key; in PEM.
struct ServingPair {
  std::string certificate_pem{};  ///< leaf first
  std::string key_pem{};          ///< of the first certificate
};

/// Reads both files. BadRequest, naming the file, if one cannot be read or used.
Result<ServingPair> read_serving_pair(const std::string& certificate_file,
                                      const std::string& key_file);

/// The pair `apiserver.crt` and `apiserver.key` in `folder`; made there, for these names and signed
/// by a CA of its own, if neither exists. Without a folder it is made and not kept. BadRequest: one
/// of both is missing, or cannot be used.
Result<ServingPair> keep_serving_pair(const std::string& folder,
                                      const std::vector<std::string>& names,
                                      Environment environment);

}  // namespace annex
