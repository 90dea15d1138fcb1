// Which texts may be names, labels and annotations.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace annex::meta {

/// Each returns what is wrong, in upstream's words; empty if nothing is (apimachinery
/// `pkg/api/validate/content`).
std::vector<std::string> check_path_segment(std::string_view text);
std::vector<std::string> check_dns_label(std::string_view text);
std::vector<std::string> check_dns_subdomain(std::string_view text);
std::vector<std::string> check_label_key(std::string_view text);
std::vector<std::string> check_label_value(std::string_view text);

}  // namespace annex::meta
