// Messages for a person on standard error, and text from tokens made safe for a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "assay/result.h"
#include "base/suggest.h"

namespace assay::cli {

// Prints "assay COMMAND: MESSAGE" ("assay: MESSAGE" without command) as one line on stderr and returns 2. Line breaks
// and control characters of the message are escaped, and tokens in it are replaced by words. Thread safe.
int fail(std::string_view command, std::string_view message);
// The same for an error of the library: the flag that sets the field at fault stands before the message.
int fail(std::string_view command, const Error& error);
// The same for an error of a run that reads `files`. If the message names one that is a token by its looks, it says
// where tokens go.
int fail(std::string_view command, const Error& error, const std::vector<std::string>& files);

// Prints "assay: MESSAGE" as one line on stderr in the same way, above the progress bar when there is one. Thread safe.
void note(std::string_view message);

// Draws `line` on stderr in place of the progress bar; an empty line takes the bar away. Thread safe.
void draw_bar(const std::string& line);

// Appends text of unknown origin so that no terminal obeys it: control characters, bidirectional controls and bytes
// that are not UTF-8 become \uXXXX, which is a JSON escape too. (Trojan Source, CVE-2021-42574.)
void append_safe(std::string& to, std::string_view text);
std::string safe(std::string_view text);

// The text without white space around it.
std::string_view trimmed(std::string_view text);

using base::shell_word;

// Says on stderr that the command waits for `what` if standard input is a terminal, where nothing else would show it.
void note_waiting_for(std::string_view what);

// 1234567 -> "1,234,567".
std::string with_commas(unsigned long long number);

// Prints a text on stdout, ending in a newline. Returns the exit code: 0, or 2 if it cannot be written, with one line
// on stderr. It is no fault if nobody reads on.
int print_page(std::string text);

// Flushes stdout. Returns true if not all of it could be written.
bool stdout_failed();

}  // namespace assay::cli
