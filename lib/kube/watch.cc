#include "annex/kube/watch.h"

#include <string_view>

#include "annex/json/read.h"

namespace annex::kube {
namespace {

/// More than any object that an API server takes.
constexpr std::size_t kEventBytes = 4 << 20;

}  // namespace

WatchEnd watch(
    Client& client, const std::string& path,
    const std::function<void(const std::string& type, const json::Value& object)>& on_event,
    int* status) {
  std::string pending;
  WatchEnd end = WatchEnd::kOver;
  const auto take = [&](std::string_view line) {
    const auto event = json::parse(line);
    const json::Value* const object = event && event->is_object() ? event->find("object") : nullptr;
    const std::string type = event ? event->at_string({"type"}) : std::string();
    if (object == nullptr || type.empty()) {
      end = WatchEnd::kBroken;
    } else if (type == "ERROR") {
      const json::Value* code = object->is_object() ? object->find("code") : nullptr;
      const bool gone = code != nullptr && code->is_int64() && code->as_int64() == 410;
      end = gone ? WatchEnd::kExpired : WatchEnd::kBroken;
    } else {
      on_event(type, *object);
    }
  };
  const auto answer = client.stream(path, [&](std::string_view bytes) {
    pending += bytes;
    std::size_t begin = 0;
    for (std::size_t stop = pending.find('\n'); stop != std::string::npos;
         stop = pending.find('\n', begin)) {
      take(std::string_view(pending).substr(begin, stop - begin));
      if (end != WatchEnd::kOver) return false;
      begin = stop + 1;
    }
    pending.erase(0, begin);
    if (pending.size() > kEventBytes) end = WatchEnd::kBroken;
    return end == WatchEnd::kOver;
  });
  if (status != nullptr) *status = answer ? answer->status : 0;
  if (end != WatchEnd::kOver) return end;
  // A silent stream that the client gave up is nobody's fault.
  if (!answer)
    return answer.error().reason == Reason::kTimeout ? WatchEnd::kOver : WatchEnd::kBroken;
  if (answer->status == 410) return WatchEnd::kExpired;
  return answer->status == 200 ? WatchEnd::kOver : WatchEnd::kRefused;
}

std::string told_by(const Answer& answer) {
  const auto status = json::parse(answer.body);
  const std::string message = status ? status->at_string({"message"}) : std::string();
  return message.empty() ? "status " + std::to_string(answer.status) : message;
}

}  // namespace annex::kube
