#include "key_archive/key_archive.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <thread>
#include <utility>

#include "base/output_file.h"
#include "codec/json.h"
#include "key_archive/canonical_set.h"

namespace assay::key_archive {
namespace {

constexpr const char* kLog = "fetch.log.ndjson";
constexpr const char* kLock = ".fetch.lock";
constexpr std::string_view kSuffix = ".json";
constexpr std::size_t kLongestName = 150;

Error failure(const std::string& path, const char* what) {
  return Error{path + ": " + what + ": " + std::strerror(errno)};
}

// "2026-11-24T120000Z"
std::string stamp_of(Instant at) {
  std::string text = to_rfc3339({at.seconds, 0});
  text.erase(std::remove(text.begin(), text.end(), ':'), text.end());
  return text;
}

// Whether the text is the stamp of a snapshot: a date and a time, or only a date. '0' stands for any digit.
bool is_stamp(std::string_view text) {
  constexpr std::string_view kForms[] = {"0000-00-00T000000Z", "0000-00-00"};
  return std::any_of(std::begin(kForms), std::end(kForms), [text](std::string_view form) {
    return std::equal(text.begin(), text.end(), form.begin(), form.end(),
                      [](char c, char kind) { return kind == '0' ? c >= '0' && c <= '9' : c == kind; });
  });
}

// The stamp in a snapshot's file name; empty if the file is no snapshot of this name.
std::string_view stamp_in(std::string_view file, std::string_view name) {
  if (!file.starts_with(name) || !file.ends_with(kSuffix)) return {};
  if (file.size() <= name.size() + kSuffix.size() || file[name.size()] != '-') return {};
  const std::string_view stamp = file.substr(name.size() + 1, file.size() - name.size() - 1 - kSuffix.size());
  return is_stamp(stamp) ? stamp : std::string_view();
}

// A stamp that compares as its time does: a date is its midnight.
std::string comparable(std::string_view stamp) {
  return std::string(stamp) + (stamp.find('T') == stamp.npos ? "T000000Z" : "");
}

void append_member(std::string& to, std::string_view name, std::string_view value) {
  to += to.empty() ? "{" : ",";
  codec::append_json_string(to, name);
  to += ':';
  codec::append_json_string(to, value);
}

// Waits until the lock is free. Returns false if it was not within this time.
bool wait_for_lock(int lock, double seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace

std::string archive_name(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::string_view rest = url.substr(scheme == url.npos ? 0 : scheme + 3);
  // Slashes become '_', so the name tells the URL if that is all that was changed.
  // A query may be a credential: nothing of it stands in the name.
  const std::string_view shown = rest.substr(0, std::min(rest.find_first_of("?#"), kLongestName));
  bool is_plain = url.starts_with("https://") && shown.size() == rest.size();
  std::string name;
  for (const char c : shown) {
    const bool is_lower = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    const bool is_upper = c >= 'A' && c <= 'Z';  // file systems may not tell it from lower case
    is_plain = is_plain && (is_lower || c == '/');
    name += is_lower || is_upper ? c : '_';
  }
  if (name.starts_with('.')) name.front() = '_';
  return is_plain ? name : name + "_" + set_fingerprint(url).substr(0, 8);
}

KeyArchive::KeyArchive(std::string folder, Options options, int lock)
    : folder_(std::move(folder)), options_(std::move(options)), lock_(lock) {}
KeyArchive::KeyArchive(KeyArchive&& other) noexcept
    : folder_(std::move(other.folder_)), options_(std::move(other.options_)), lock_(std::exchange(other.lock_, -1)) {}
KeyArchive::~KeyArchive() {
  if (lock_ >= 0) ::close(lock_);
}

Result<KeyArchive> KeyArchive::open(const std::string& folder, Options options) {
  std::error_code fault;
  std::filesystem::create_directories(folder, fault);
  if (fault) return Error{folder + ": cannot make the folder: " + fault.message()};
  const std::string path = folder + "/" + kLock;
  const int lock = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (lock < 0) return failure(path, "cannot open the lock of the archive");
  if (!wait_for_lock(lock, options.wait_seconds)) {
    ::close(lock);
    return Error{path + ": another process works on the archive; try again when it has ended"};
  }
  return KeyArchive(folder, std::move(options), lock);
}

std::optional<std::string> KeyArchive::latest_snapshot(const std::string& name) const {
  std::string latest, latest_stamp;
  std::error_code fault;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, fault)) {
    const std::string file = entry.path().filename().string();
    const std::string_view stamp = stamp_in(file, name);
    if (stamp.empty() || comparable(stamp) <= latest_stamp) continue;
    latest = file;
    latest_stamp = comparable(stamp);
  }
  if (latest.empty()) return std::nullopt;
  return latest;
}

// The name of a snapshot of this moment, later than the latest. Waits for the next second if there is one of this.
Result<std::string> KeyArchive::next_name(const std::string& name, const std::optional<std::string>& latest) const {
  const std::string before = latest ? comparable(stamp_in(*latest, name)) : "";
  for (int turn = 0; turn < 60; ++turn) {
    const std::string stamp = stamp_of(options_.clock());
    if (stamp > before) return name + "-" + stamp + std::string(kSuffix);
    if (stamp < before) {
      return Error{folder_ + "/" + *latest + ": is later than the clock, which says " + stamp +
                   "; correct the clock, or move the file away"};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return Error{folder_ + "/" + *latest + ": is of this second; try again"};
}

Result<KeyArchive::Stored> KeyArchive::add(std::string_view url, std::string_view shown_url, std::string_view body,
                                           bool is_secret) {
  const std::string name = archive_name(url);
  const std::optional<std::string> latest = latest_snapshot(name);
  Stored stored;
  stored.sha256 = set_fingerprint(body);
  if (latest) {
    const std::string path = folder_ + "/" + *latest;
    std::ifstream file(path, std::ios::binary);
    const std::string old{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file) return failure(path, "cannot read the latest snapshot");
    stored.is_new = set_fingerprint(old) != stored.sha256;
  } else {
    stored.is_new = true;
  }
  if (stored.is_new) {
    Result<std::string> file_name = next_name(name, latest);
    if (!file_name) return file_name.error();
    stored.file = *std::move(file_name);
    auto file = base::OutputFile::open(
        folder_ + "/" + stored.file,
        {.existing = base::OutputFile::Existing::refuse, .mode = is_secret ? base::OutputFile::kOwnerOnly : 0666});
    if (!file) return file.error();
    if (const auto wrote = file->write(body); !wrote) return wrote.error();
    if (Result<void> done = file->commit(); !done) return done.error();
  } else {
    stored.file = *latest;
  }
  std::string line;
  append_member(line, "time", to_rfc3339({options_.clock().seconds, 0}));
  append_member(line, "url", shown_url);
  append_member(line, "outcome", stored.is_new ? "new" : "unchanged");
  append_member(line, "sha256", stored.sha256);
  append_member(line, "file", stored.file);
  if (Result<void> done = append_to_log(line + "}\n"); !done) return done.error();
  return stored;
}

Result<void> KeyArchive::add_failure(std::string_view shown_url, std::string_view error) {
  std::string line;
  append_member(line, "time", to_rfc3339({options_.clock().seconds, 0}));
  append_member(line, "url", shown_url);
  append_member(line, "outcome", "failed");
  append_member(line, "error", error);
  return append_to_log(line + "}\n");
}

Result<void> KeyArchive::append_to_log(const std::string& line) const {
  const std::string path = folder_ + "/" + kLog;
  const int log = ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (log < 0) return failure(path, "cannot open the log");
  // A run that was killed may have left a line without its end.
  char last = '\n';
  const off_t end = ::lseek(log, 0, SEEK_END);
  if (end > 0 && ::pread(log, &last, 1, end - 1) != 1) last = '\n';
  const std::string whole = (last == '\n' ? "" : "\n") + line;
  const bool written =
      ::write(log, whole.data(), whole.size()) == static_cast<ssize_t>(whole.size()) && ::fsync(log) == 0;
  Result<void> done;
  if (!written) done = failure(path, "cannot write the log");
  ::close(log);
  return done;
}

}  // namespace assay::key_archive
