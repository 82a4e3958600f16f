// Which inputs a run will read: files, what directories hold, standard input.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "archive/compression.h"
#include "assay/instant.h"
#include "assay/result.h"

namespace assay::input {

struct ListedInput {
  enum class State : std::uint8_t {
    ready,       // to be read
    skipped,     // found in a directory, and no text: `message` says what it is. Worth a remark
    unreadable,  // found in a directory, and it cannot be read: `message` says why. A fault; other inputs go on
  };
  std::string path;  // "-": standard input
  State state = State::ready;
  std::string message;                                // a sentence that names the path; empty if ready
  const archive::Compression* compression = nullptr;  // null: not compressed, or not known before it is read
  bool is_found = false;                              // in a directory; else the path was given
  bool is_regular = false;                            // a file: what follows is known
  std::uint64_t size = 0;                             // bytes as stored
  Instant modified;
  std::uint64_t device = 0, inode = 0;
  Instant changed;  // its ctime: content, owner or permissions. No program can set it back
};

// Lists what these paths stand for, in the order of reading; no path stands for "-". A directory stands for the files
// in it and below it, in the order of rotation.h: by name, rotated logs in the order of time, the oldest first.
// Symbolic links are followed, and a directory that is reached again is skipped, so that loops end. Pipes, sockets,
// devices and files that are no text are skipped there.
//
// The error names a path that was given and is missing, cannot be read, or is neither text nor compressed text: a run
// with a misspelt name does not begin. Pipes and devices that were given are ready and not looked at.
Result<std::vector<ListedInput>> list_inputs(const std::vector<std::string>& paths);

}  // namespace assay::input
