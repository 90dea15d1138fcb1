#include "annex/http/response.h"

namespace annex::http {

Response Response::text(int status, std::string content_type, std::string body) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", std::move(content_type));
  response.body = util::Chunks(std::move(body));
  return response;
}

std::string Response::body_text() const { return std::get<util::Chunks>(body).join(); }

}  // namespace annex::http
