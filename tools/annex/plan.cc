#include "plan.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace annex::tool {
namespace {

namespace fs = std::filesystem;

Error cannot(const std::string& what, const std::string& path, int code) {
  return Error::bad_request("cannot " + what + " " + path + ": " +
                            std::generic_category().message(code));
}

Result<void> write_file(const fs::path& path, const std::string& text, bool executable) {
  std::error_code code;
  fs::create_directories(path.parent_path(), code);
  if (code) return cannot("make the folder", path.parent_path().string(), code.value());
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return cannot("write", path.string(), errno == 0 ? EIO : errno);
  if (executable && ::chmod(path.c_str(), 0755) != 0) return cannot("write", path.string(), errno);
  return {};
}

}  // namespace

const Plan::File* Plan::find(const std::string& path) const {
  for (const File& file : files_) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

Result<void> Plan::create(const std::string& path, std::string text, bool executable) {
  std::error_code code;
  if (find(path) != nullptr || fs::exists(fs::symlink_status(fs::path(folder_) / path, code))) {
    return Error::bad_request("there is a file " + path + " already; nothing was written");
  }
  files_.push_back({path, std::move(text), executable, true});
  return {};
}

Result<std::string> Plan::read(const std::string& path) const {
  if (const File* file = find(path)) return file->text;
  errno = 0;
  const std::ifstream file(fs::path(folder_) / path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file) return cannot("read", path, errno == 0 ? EIO : errno);
  return text.str();
}

Result<void> Plan::change(const std::string& path, const Edit& edit) {
  Result<std::string> text = read(path);
  if (!text) return text.error();
  Result<std::string> edited = edit(*text);
  if (!edited) {
    return Error::bad_request(path + ": " + edited.error().message +
                              "; nothing was written: put it back, or make the change by hand");
  }
  for (File& file : files_) {
    if (file.path == path) {
      file.text = std::move(*edited);
      return {};
    }
  }
  files_.push_back({path, std::move(*edited), false, false});
  return {};
}

Result<void> Plan::write() const {
  const auto target = [&](const File& file) { return fs::path(folder_) / file.path; };
  const auto draft = [&](const File& file) { return target(file).string() + ".annex-new"; };
  std::error_code ignored;
  Result<void> done;
  for (const File& file : files_) {
    done = write_file(draft(file), file.text, file.executable);
    if (!done) break;
    if (!file.is_new) {
      const fs::perms mode = fs::status(target(file), ignored).permissions();
      fs::permissions(draft(file), mode, ignored);
    }
  }
  std::vector<std::pair<const File*, std::string>> replaced;
  for (const File& file : files_) {
    if (!done) break;
    std::string old;
    if (!file.is_new) old = Plan(folder_).read(file.path).value();
    std::error_code code;
    fs::rename(draft(file), target(file), code);
    if (code) done = cannot("write", file.path, code.value());
    if (done) replaced.emplace_back(&file, std::move(old));
  }
  if (done) return done;
  for (const auto& one : replaced) {
    if (one.first->is_new) {
      fs::remove(target(*one.first), ignored);
    } else {
      static_cast<void>(write_file(target(*one.first), one.second, false));
    }
  }
  for (const File& file : files_) fs::remove(draft(file), ignored);
  return done;
}

Result<void> Plan::write_new_folder() const {
  std::error_code code;
  const fs::path target = fs::absolute(folder_, code);
  if (code) return cannot("find", folder_, code.value());
  if (fs::exists(fs::symlink_status(target, code))) {
    return Error::bad_request("there is a " + folder_ +
                              " already; choose another name, or remove it");
  }
  std::string draft =
      (target.parent_path() / ("." + target.filename().string() + ".XXXXXX")).string();
  if (::mkdtemp(draft.data()) == nullptr) return cannot("make the folder", folder_, errno);
  Result<void> done;
  for (const File& file : files_) {
    if (done) done = write_file(fs::path(draft) / file.path, file.text, file.executable);
  }
  // mkdtemp keeps others out; a project is as open as the user's other folders.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (done && ::chmod(draft.c_str(), 0777 & ~mask) != 0) done = cannot("open", folder_, errno);
  if (done) {
    fs::rename(draft, target, code);
    if (code) done = cannot("make the folder", folder_, code.value());
  }
  if (!done) fs::remove_all(draft, code);
  return done;
}

std::string Plan::summary() const {
  std::string text;
  for (const File& file : files_) {
    text += (file.is_new ? "  new      " : "  changed  ") + file.path + "\n";
  }
  return text;
}

}  // namespace annex::tool
