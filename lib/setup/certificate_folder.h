// A CertificateSet in a folder: for servers that are not in a cluster, or keep their own.
#pragma once

#include <string>

#include "setup/certificates.h"

namespace annex::setup {

/// What is in `ca.crt`, `ca.key`, `tls.crt` and `tls.key` of the folder; empty what is not there.
/// BadRequest, naming the file, if one cannot be read.
Result<CertificateSet> read_certificates(const std::string& folder);

/// Writes what differs from what is there, each file at once and for its owner alone; makes the
/// folder. First who is trusted, the certificate last: whoever reads in between, or a run after one
/// that ended in between, finds what can be used or is renewed. BadRequest, naming the file.
Result<void> write_certificates(const std::string& folder, const CertificateSet& set);

}  // namespace annex::setup
