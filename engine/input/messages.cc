#include "input/messages.h"

#include <cerrno>
#include <system_error>

namespace assay::input {
namespace {

std::string of(const archive::Compression& compression) { return "its " + std::string(compression.name) + " data"; }

}  // namespace

std::string shown(const std::string& path) { return is_standard_input(path) ? "standard input" : path; }

Error cannot_read(const std::string& path, int error) {
  if (error == EISDIR) return {"cannot read " + shown(path) + ": it is a directory; give its name as an input"};
  std::string message = "cannot read " + shown(path) + ": " + std::generic_category().message(error);
  if (error == ENOENT) message += "; check the name";
  if (error == EACCES) message += "; check its permissions";
  if (error == EMFILE) message += "; raise the limit (ulimit -n)";
  if (error == EBADF && is_standard_input(path)) message += "; it is closed";
  return {message};
}

Error is_no_text(const std::string& path, const base::FileKind& kind, const archive::Compression* compression) {
  std::string message = "cannot read " + shown(path) + ": ";
  return {message + holds(path, kind, compression)};
}

std::string holds(const std::string& path, const base::FileKind& kind, const archive::Compression* compression) {
  const std::string file = is_standard_input(path) ? "" : path;
  if (compression == nullptr) return "it is " + kind.explained(file);
  // tar undoes the compression itself; any other command would need the bytes without it.
  const bool takes_file = kind.command.find("tar ") != std::string_view::npos;
  return of(*compression) + " hold " + kind.explained(takes_file ? file : "");
}

Error is_cut_off(const std::string& path, const archive::Compression& compression, std::uint64_t at) {
  return {"cannot read " + shown(path) + " to its end: " + of(compression) + " are cut off at byte " +
          std::to_string(at) + "; what stands before counts"};
}

Error is_broken(const std::string& path, const archive::Compression& compression, std::uint64_t at,
                std::string_view fault) {
  return {"cannot read " + shown(path) + " to its end: " + of(compression) + " are corrupt at byte " +
          std::to_string(at) + ": " + std::string(fault) + "; what stands before counts"};
}

std::string has_garbage(const std::string& path, const archive::Compression& compression, std::uint64_t at) {
  return shown(path) + ": " + of(compression) + " end at byte " + std::to_string(at) + "; what follows is ignored";
}

std::string is_padded(const std::string& path, const archive::Compression& compression, std::uint64_t bytes) {
  return shown(path) + ": " + std::to_string(bytes) + " zero bytes behind " + of(compression) + " are ignored";
}

std::string is_skipped(const std::string& path, std::string_view why) {
  return "skipped " + path + ": " + std::string(why);
}

}  // namespace assay::input
