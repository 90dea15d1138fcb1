#include "tests/transport/http2_client.h"

namespace annex::transport::test {
namespace {

nghttp2_nv field(std::string_view name, std::string_view value) {
  nghttp2_nv nv{};
  nv.name = reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data()));
  nv.value = reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data()));
  nv.namelen = name.size();
  nv.valuelen = value.size();
  return nv;
}

Http2Client& self(void* user) { return *static_cast<Http2Client*>(user); }

int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
              std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
              std::uint8_t, void* user) {
  if (std::string_view(reinterpret_cast<const char*>(name), name_size) == ":status") {
    self(user).status[frame->hd.stream_id] =
        std::string(reinterpret_cast<const char*>(value), value_size);
  }
  return 0;
}

int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
            std::size_t size, void* user) {
  self(user).body[id].append(reinterpret_cast<const char*>(data), size);
  return 0;
}

int on_close(nghttp2_session*, std::int32_t id, std::uint32_t code, void* user) {
  self(user).closed[id] = code;
  return 0;
}

int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  if (frame->hd.type == NGHTTP2_GOAWAY) self(user).goaway = frame->goaway.error_code;
  if (frame->hd.type == NGHTTP2_PING) self(user).pongs += frame->hd.flags & NGHTTP2_FLAG_ACK;
  return 0;
}

}  // namespace

Http2Client::Http2Client(const Fixture& fixture, std::uint32_t window)
    : client_(fixture, "h2", true) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  nghttp2_option_set_no_auto_window_update(option, window == 0);
  nghttp2_session_client_new2(&session_, callbacks, this, option);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  const nghttp2_settings_entry entry{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, &entry, 1);
}

std::int32_t Http2Client::request(std::string_view path, const std::string* upload,
                                  std::string_view method,
                                  const std::vector<std::pair<std::string, std::string>>& more) {
  std::vector<nghttp2_nv> fields = {field(":method", method), field(":path", path),
                                    field(":scheme", "https"), field(":authority", "h")};
  for (const auto& [name, value] : more) fields.push_back(field(name, value));
  nghttp2_data_provider provider{};
  if (upload != nullptr) {
    upload_ = *upload;
    provider.read_callback = [](nghttp2_session*, std::int32_t, std::uint8_t* out, std::size_t room,
                                std::uint32_t* flags, nghttp2_data_source*, void* user) -> ssize_t {
      auto& left = self(user).upload_;
      const std::size_t size = left.copy(reinterpret_cast<char*>(out), room);
      left.erase(0, size);
      if (left.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
      return static_cast<ssize_t>(size);
    };
  }
  return nghttp2_submit_request(session_, nullptr, fields.data(), fields.size(),
                                upload == nullptr ? nullptr : &provider, nullptr);
}

void Http2Client::reset(std::int32_t id) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
}

void Http2Client::ping() { nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr); }

void Http2Client::allow(std::int32_t id, std::int32_t bytes) {
  nghttp2_submit_window_update(session_, NGHTTP2_FLAG_NONE, id, bytes);
}

void Http2Client::flush() {
  const std::uint8_t* data = nullptr;
  for (ssize_t size; (size = nghttp2_session_mem_send(session_, &data)) > 0;) {
    client_.send(
        std::string_view(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)));
  }
}

bool Http2Client::send_upload() {
  const bool alive = run_until([&] { return upload_.empty(); });
  flush();
  return alive;
}

bool Http2Client::step() {
  flush();
  const std::string piece = client_.receive();
  if (piece.empty()) return false;
  ++pieces;
  return nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(piece.data()),
                                  piece.size()) >= 0;
}

std::string frame(std::uint8_t type, std::uint8_t flags, std::int32_t id,
                  std::string_view payload) {
  std::string out;
  const auto put = [&out](std::uint32_t number, int bytes) {
    while (bytes-- > 0) out.push_back(static_cast<char>(number >> (8 * bytes)));
  };
  put(static_cast<std::uint32_t>(payload.size()), 3);
  put(type, 1);
  put(flags, 1);
  put(static_cast<std::uint32_t>(id), 4);
  return out.append(payload);
}

std::string preface() {
  return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(NGHTTP2_SETTINGS, 0, 0, "");
}

std::string header_block(std::string_view method, std::string_view path) {
  std::string out;
  const auto literal = [&out](std::string_view name, std::string_view value) {
    out.push_back(0);
    out.push_back(static_cast<char>(name.size()));
    out.append(name);
    out.push_back(static_cast<char>(value.size()));
    out.append(value);
  };
  literal(":method", method);
  literal(":scheme", "https");
  literal(":path", path);
  literal(":authority", "h");
  return out;
}

std::optional<std::uint32_t> goaway_at_end(Client& client, const std::string& before) {
  const std::string all = before + client.receive_all();
  std::optional<std::uint32_t> code;
  const auto number = [&all](std::size_t at, int bytes) {
    std::uint32_t value = 0;
    while (bytes-- > 0) value = value << 8 | static_cast<unsigned char>(all[at++]);
    return value;
  };
  for (std::size_t at = 0; at + 9 <= all.size(); at += 9 + number(at, 3)) {
    if (number(at + 3, 1) == NGHTTP2_GOAWAY && at + 17 <= all.size()) code = number(at + 13, 4);
  }
  return code;
}

}  // namespace annex::transport::test
