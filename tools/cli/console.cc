#include "console.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/thread_annotations.h"
#include "codec/json.h"
#include "flags.h"
#include "jose/token_material.h"

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

}  // namespace

void append_safe(std::string& to, std::string_view text) { codec::append_visible(to, text); }

std::string safe(std::string_view text) {
  std::string to;
  append_safe(to, text);
  return to;
}

int fail(std::string_view command, std::string_view message) {
  const std::string shown = jose::without_token_material(message);
  print_line((command.empty() ? "assay" : "assay " + std::string(command)) + ": " + safe(shown));
  return 2;
}

int fail(std::string_view command, const Error& error) { return fail(command, message_of(command, error)); }

int fail(std::string_view command, const Error& error, const std::vector<std::string>& files) {
  const std::string message = message_of(command, error);
  const bool is_token = std::any_of(files.begin(), files.end(), [&message](const std::string& file) {
    return message.find(file) != message.npos && jose::without_token_material(file) != file;
  });
  return fail(command, is_token ? message + "; give tokens on standard input or in a file" : message);
}

void note(std::string_view message) { print_line("assay: " + safe(jose::without_token_material(message))); }

void draw_bar(const std::string& line) {
  const base::MutexLock lock(stderr_mutex);
  if (line.empty() && !bar_is_drawn) return;
  const std::string text = "\r\x1b[K" + line;
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
  bar_is_drawn = !line.empty();
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

void note_waiting_for(std::string_view what) {
  if (isatty(STDIN_FILENO) != 1) return;
  note("waiting for " + std::string(what) + " on standard input; end it with Ctrl-D, or stop with Ctrl-C");
}

std::string with_commas(unsigned long long number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
  return text;
}

int print_page(std::string text) {
  if (!text.ends_with('\n')) text += '\n';
  std::fputs(text.c_str(), stdout);
  if (!stdout_failed() || errno == EPIPE) return 0;
  return fail("", std::string("cannot write to standard output: ") + std::strerror(errno));
}

bool stdout_failed() { return std::fflush(stdout) != 0 || std::ferror(stdout) != 0; }

}  // namespace assay::cli
