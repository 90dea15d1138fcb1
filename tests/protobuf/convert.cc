// Converts between JSON and Kubernetes' protobuf form, a line at a time, for the Go test:
//   object JSON     -> the object in its envelope, in base64
//   event JSON      -> the frame of a watch event MODIFIED, in base64
//   options BASE64  -> the options of a deletion as JSON
// A line that cannot be converted is answered with "error: " and why.
#include <iostream>
#include <string>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "annex/schema/formats.h"
#include "meta/protobuf.h"

namespace {

namespace json = annex::json;
namespace meta = annex::meta;

std::string convert(const std::string& word, const std::string& text) {
  if (word == "options") {
    const auto bytes = annex::schema::parse_base64(text);
    if (!bytes) return "error: no base64";
    const auto options = meta::delete_options_from_protobuf(*bytes);
    return options ? json::write(*options) : "error: " + options.error().message;
  }
  const auto object = json::parse(text);
  if (!object) return "error: " + object.error().message;
  const auto encoded =
      word == "event" ? meta::to_protobuf_event("MODIFIED", *object) : meta::to_protobuf(*object);
  return encoded ? annex::schema::write_base64(*encoded) : "error: no such form";
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t space = line.find(' ');
    if (space == std::string::npos) return 2;
    std::cout << convert(line.substr(0, space), line.substr(space + 1)) << std::endl;
  }
  return 0;
}
