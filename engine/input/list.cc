#include "input/list.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/file_kind.h"
#include "input/messages.h"
#include "input/rotation.h"

namespace assay::input {
namespace {

// A block of zstd gives nothing before it is whole, and it may be this long.
constexpr std::size_t kFirstStored = (128u << 10) + 64;

std::string_view special_kind(mode_t mode) noexcept {
  if (S_ISFIFO(mode)) return "it is a named pipe";
  if (S_ISSOCK(mode)) return "it is a socket";
  return "it is a device";
}

// Opens files and directories only to read their beginning or names.
class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const noexcept { return fd_; }
  // Reads the first bytes of a regular file, up to the size of `to`. The error is an errno.
  std::optional<int> read_first(std::string& to) const {
    ssize_t got = 0;
    do got = ::pread(fd_, to.data(), to.size(), 0);
    while (got < 0 && errno == EINTR);
    if (got < 0) return errno;
    to.resize(static_cast<std::size_t>(got));
    return std::nullopt;
  }

 private:
  const int fd_;
};

// Returns the beginning of the decompressed text. It is empty if decompression fails; the reader reports that later.
std::string first_decompressed(const archive::Compression& compression, std::string_view stored) {
  std::string text(base::kFileKindBytes, '\0');
  const std::unique_ptr<archive::Decoder> decoder = compression.make_decoder();
  std::size_t given = 0;
  while (given < text.size()) {
    const archive::Decoder::Step step = decoder->decode(stored, text.data() + given, text.size() - given);
    stored.remove_prefix(step.taken);
    given += step.given;
    if (step.taken == 0 && step.given == 0) break;
  }
  text.resize(given);
  return text;
}

// In no order. The directory is closed when it returns, so that deep trees need no more descriptors than flat ones.
Result<std::vector<std::string>> names_in(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  if (directory == nullptr) return cannot_read(path, errno);
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (entry == nullptr) break;
    const std::string_view name(entry->d_name);
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return cannot_read(path, errno);
  return names;
}

class Lister {
 public:
  // Lists a path that was given.
  Result<void> list(const std::string& path);
  std::vector<ListedInput> take() { return std::move(inputs_); }

 private:
  // Lists what a directory holds, which may be given or found.
  Result<void> list_directory(const std::string& path, const struct stat& st);
  void list_found(const std::string& path);
  // Looks into a regular file. `kind`: what it holds if it is no text. The error says why it cannot be read.
  static Result<ListedInput> look(const std::string& path, const struct stat& st, std::optional<base::FileKind>& kind);
  void add(const std::string& path, ListedInput::State state, std::string message);

  std::vector<ListedInput> inputs_;
  std::set<std::pair<dev_t, ino_t>> directories_;
};

void Lister::add(const std::string& path, ListedInput::State state, std::string message) {
  ListedInput input;
  input.path = path;
  input.state = state;
  input.message = std::move(message);
  inputs_.push_back(std::move(input));
}

Result<void> Lister::list(const std::string& path) {
  directories_.clear();
  struct stat st {};
  if ((is_standard_input(path) ? ::fstat(STDIN_FILENO, &st) : ::stat(path.c_str(), &st)) != 0) {
    return cannot_read(path, errno);
  }
  if (is_standard_input(path)) {
    if (S_ISDIR(st.st_mode)) return cannot_read(path, EISDIR);
    add(path, ListedInput::State::ready, {});
    return {};
  }
  if (S_ISDIR(st.st_mode)) return list_directory(path, st);
  if (::access(path.c_str(), R_OK) != 0) return cannot_read(path, errno);
  if (!S_ISREG(st.st_mode)) {
    add(path, ListedInput::State::ready, {});
    return {};
  }
  std::optional<base::FileKind> kind;
  Result<ListedInput> input = look(path, st, kind);
  if (!input) return input.error();
  if (kind) return is_no_text(path, *kind, input->compression);
  inputs_.push_back(std::move(*input));
  return {};
}

Result<void> Lister::list_directory(const std::string& path, const struct stat& st) {
  if (!directories_.insert({st.st_dev, st.st_ino}).second) {
    add(path, ListedInput::State::skipped, is_skipped(path, "this directory is read already, under another name"));
    return {};
  }
  Result<std::vector<std::string>> names = names_in(path);
  if (!names) return names.error();
  std::sort(names->begin(), names->end(), is_read_before);
  const std::string folder = path.ends_with('/') ? path : path + "/";
  const std::size_t first = inputs_.size();
  for (const std::string& name : *names) list_found(folder + name);
  for (std::size_t i = first; i < inputs_.size(); ++i) inputs_[i].is_found = true;
  return {};
}

void Lister::list_found(const std::string& path) {
  using State = ListedInput::State;
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) return add(path, State::unreadable, cannot_read(path, errno).message);
  if (S_ISDIR(st.st_mode)) {
    if (Result<void> listed = list_directory(path, st); !listed) add(path, State::unreadable, listed.error().message);
    return;
  }
  if (!S_ISREG(st.st_mode)) return add(path, State::skipped, is_skipped(path, special_kind(st.st_mode)));
  std::optional<base::FileKind> kind;
  Result<ListedInput> input = look(path, st, kind);
  if (!input) return add(path, State::unreadable, input.error().message);
  if (kind) {
    input->state = State::skipped;
    input->message = is_skipped(path, holds(path, *kind, input->compression));
  }
  inputs_.push_back(std::move(*input));
}

Result<ListedInput> Lister::look(const std::string& path, const struct stat& st, std::optional<base::FileKind>& kind) {
  const Descriptor file(path);
  if (file.get() < 0) return cannot_read(path, errno);
  std::string first(base::kFileKindBytes, '\0');
  if (const auto error = file.read_first(first)) return cannot_read(path, *error);
  ListedInput input;
  input.path = path;
  input.is_regular = true;
  input.size = static_cast<std::uint64_t>(st.st_size);
  input.modified = {st.st_mtim.tv_sec, static_cast<std::uint32_t>(st.st_mtim.tv_nsec)};
  input.device = static_cast<std::uint64_t>(st.st_dev);
  input.inode = static_cast<std::uint64_t>(st.st_ino);
  input.changed = {st.st_ctim.tv_sec, static_cast<std::uint32_t>(st.st_ctim.tv_nsec)};
  input.compression = archive::recognise(first).compression;
  if (input.compression != nullptr) {
    first.resize(kFirstStored);
    if (const auto error = file.read_first(first)) return cannot_read(path, *error);
    first = first_decompressed(*input.compression, first);
  }
  kind = base::file_kind(first);
  return input;
}

}  // namespace

Result<std::vector<ListedInput>> list_inputs(const std::vector<std::string>& paths) {
  Lister lister;
  if (paths.empty()) {
    if (Result<void> listed = lister.list("-"); !listed) return listed.error();
  }
  for (const std::string& path : paths) {
    if (Result<void> listed = lister.list(path); !listed) return listed.error();
  }
  return lister.take();
}

}  // namespace assay::input
