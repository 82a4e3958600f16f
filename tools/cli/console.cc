#include "console.h"

#include <cstdint>
#include <cstdio>

#include "base/thread_annotations.h"
#include "flags.h"

namespace assay::cli {

namespace {

base::Mutex stderr_mutex;
bool bar_is_drawn GUARDED_BY(stderr_mutex) = false;

void print_line(std::string line) {
  const base::MutexLock lock(stderr_mutex);
  if (bar_is_drawn) line.insert(0, "\r\x1b[K");
  bar_is_drawn = false;
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

// A code point and its length in bytes; length 0 if the bytes are not UTF-8 (RFC 3629).
struct CodePoint {
  std::uint32_t value;
  std::size_t length;
};

CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 && lead < 0xF5   ? 4
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                                                           : 0;
  if (length == 0 || text.size() < length) return {0, 0};
  std::uint32_t value = lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0, 0};
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (overlong || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return {0, 0};
  return {value, length};
}

// Control characters, invisible characters and characters that change the direction of text.
bool obeyed_by_terminals(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF || c == 0x061C || (c >= 0xE0000 && c < 0xE0080);
}

void append_escape(std::string& to, std::uint32_t unit) {
  char text[8];
  std::snprintf(text, sizeof text, "\\u%04x", unit & 0xFFFFu);
  to += text;
}

}  // namespace

void append_safe(std::string& to, std::string_view text) {
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    if (c.length == 0) {
      append_escape(to, 0xFFFD);
      text.remove_prefix(1);
      continue;
    }
    if (!obeyed_by_terminals(c.value)) {
      to += text.substr(0, c.length);
    } else if (c.value < 0x10000) {
      append_escape(to, c.value);
    } else {
      append_escape(to, 0xD800 + ((c.value - 0x10000) >> 10));
      append_escape(to, 0xDC00 + ((c.value - 0x10000) & 0x3FF));
    }
    text.remove_prefix(c.length);
  }
}

std::string safe(std::string_view text) {
  std::string to;
  append_safe(to, text);
  return to;
}

int fail(std::string_view command, std::string_view message) {
  print_line((command.empty() ? "assay" : "assay " + std::string(command)) + ": " + safe(message));
  return 2;
}

int fail(std::string_view command, const Error& error) { return fail(command, message_of(command, error)); }

void note(std::string_view message) { print_line("assay: " + safe(message)); }

void draw_bar(const std::string& line) {
  const base::MutexLock lock(stderr_mutex);
  if (line.empty() && !bar_is_drawn) return;
  const std::string text = "\r\x1b[K" + line;
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
  bar_is_drawn = !line.empty();
}

std::string with_commas(unsigned long long number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
  return text;
}

bool stdout_failed() { return std::fflush(stdout) != 0 || std::ferror(stdout) != 0; }

}  // namespace assay::cli
