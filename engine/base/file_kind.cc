#include "base/file_kind.h"

#include "base/suggest.h"

namespace assay::base {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes;
  FileKind kind;
};
// A longer mark stands before one that it begins with.
constexpr Magic kMagics[] = {
    {"\x1F\x8B"sv, {"gzip data", "zcat"}},
    {"\x28\xB5\x2F\xFD"sv, {"zstd data", "zstdcat"}},
    {"\xFD"
     "7zXZ\0"sv,
     {"xz data", "xzcat"}},
    {"BZh"sv, {"bzip2 data", "bzcat"}},
    {"\x04\x22\x4D\x18"sv, {"lz4 data", "lz4cat"}},
    {"PK\x03\x04"sv, {"a zip archive", "unzip -d unpacked", true}},
    {"7z\xBC\xAF\x27\x1C"sv, {"a 7z archive", "7z x -ounpacked", true}},
    {"PAR1"sv, {"a Parquet file", ""}},
    {"SQLite format 3\0"sv, {"an SQLite database", ""}},
    {"%PDF-"sv, {"a PDF file", ""}},
    {"\x7F"
     "ELF"sv,
     {"a program", ""}},
    {"\xFF\xFE\0\0"sv, {"UTF-32 (byte order mark FF FE 00 00)", "iconv -f UTF-32 -t UTF-8"}},
    {"\0\0\xFE\xFF"sv, {"UTF-32 (byte order mark 00 00 FE FF)", "iconv -f UTF-32 -t UTF-8"}},
    {"\xFF\xFE"sv, {"UTF-16 (byte order mark FF FE)", "iconv -f UTF-16 -t UTF-8"}},
    {"\xFE\xFF"sv, {"UTF-16 (byte order mark FE FF)", "iconv -f UTF-16 -t UTF-8"}},
};

constexpr std::size_t kTarMark = 257;

// Whether every second byte from `first` on is NUL and no other is: ASCII in UTF-16.
bool has_alternate_nuls(std::string_view bytes, std::size_t first) noexcept {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if ((bytes[i] == '\0') != (i % 2 == first)) return false;
  }
  return true;
}

bool is_never_in_text(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 && !(byte >= 0x08 && byte <= 0x0D) && byte != 0x1B;
}

}  // namespace

std::string FileKind::explained(std::string_view file) const {
  std::string text(name);
  if (command.empty()) return text + "; give text, one record a line";
  text += holds_files                    ? "; unpack it and name the folder: "
          : command.starts_with("iconv") ? "; convert it: "
                                         : "; decompress it first: ";
  text += command;
  if (!file.empty()) text += " " + shell_word(file);
  if (file.empty() && holds_files) text += " FILE";
  return text;
}

std::optional<FileKind> file_kind(std::string_view first_bytes) noexcept {
  first_bytes = first_bytes.substr(0, kFileKindBytes);
  for (const Magic& magic : kMagics) {
    if (first_bytes.starts_with(magic.bytes)) return magic.kind;
  }
  // POSIX ustar and the tar of GNU: the first member's name stands before the mark.
  if (first_bytes.size() > kTarMark && first_bytes.substr(kTarMark).starts_with("ustar")) {
    return FileKind{"a tar archive", "mkdir -p unpacked && tar -C unpacked -xf", true};
  }
  if (first_bytes.size() < 64) return std::nullopt;
  const std::string_view begin = first_bytes.substr(0, 64);
  if (has_alternate_nuls(begin, 1)) return FileKind{"UTF-16 (without byte order mark)", "iconv -f UTF-16LE -t UTF-8"};
  if (has_alternate_nuls(begin, 0)) return FileKind{"UTF-16 (without byte order mark)", "iconv -f UTF-16BE -t UTF-8"};
  std::size_t odd = 0;
  for (const char c : first_bytes) odd += is_never_in_text(c) ? 1 : 0;
  if (odd * 10 >= first_bytes.size()) return FileKind{"binary data", ""};
  return std::nullopt;
}

}  // namespace assay::base
