// Recognises a file that is not text in UTF-8 by its first bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace assay::base {

// This many bytes are enough to recognise a file.
inline constexpr std::size_t kFileKindBytes = 512;

struct FileKind {
  std::string_view name;     // "gzip data", "UTF-16 (byte order mark FF FE)"
  std::string_view command;  // what makes text of it, "zcat"; the file's name follows. Empty: nothing does
  bool holds_files = false;  // `command` unpacks them into the folder `unpacked`

  // "gzip data; decompress it first: zcat NAME", with the name as a shell takes it. An empty `file` is left out, or
  // FILE.
  std::string explained(std::string_view file) const;
};

// Returns nothing for text or for too few bytes. Compressed files, archives and UTF-16 are recognised by their first
// bytes; anything else is binary if a tenth of at least 64 bytes are control characters that no text holds. Never
// fails.
std::optional<FileKind> file_kind(std::string_view first_bytes) noexcept;

}  // namespace assay::base
