// The inputs of a run as they were when it read them, for a run that goes on later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "assay/instant.h"
#include "input/content_samples.h"
#include "input/list.h"

namespace assay::input {

struct KnownFile {
  std::string path;
  std::uint64_t size = 0;  // bytes as stored, when the run began
  Instant modified;
  std::uint64_t device = 0, inode = 0;
  Instant changed;            // its ctime
  std::uint64_t reached = 0;  // bytes as stored that were read
  std::string samples;        // ContentSamples::digest() of them; empty: nothing was read
};

// Not thread safe.
class KnownFiles {
 public:
  // Those of the inputs that are ready.
  explicit KnownFiles(const std::vector<ListedInput>& inputs);

  const std::vector<KnownFile>& files() const noexcept { return files_; }
  // Notes that the inputs before `input` were read to their ends, and of that one `reached` bytes as stored. Reads
  // samples of what was not noted before.
  void reach(std::size_t input, std::uint64_t reached);

  // Says in what the inputs differ from those that an earlier run noted: "a.log has changed"; nothing if what was read
  // of them is the same. Takes over what that run noted.
  //
  // A file that was copied, so that its inode is another, is compared by its samples. One that is still the same inode
  // must have the same ctime too: a change between the samples, after which size and time were put back, would show
  // only there.
  std::optional<std::string> go_on_from(const std::vector<KnownFile>& saved);

 private:
  std::string samples_of(std::size_t input, std::uint64_t reached);

  std::vector<KnownFile> files_;
  std::size_t noted_ = 0;                    // inputs that were read to their ends and noted
  std::unique_ptr<ContentSamples> samples_;  // of the input `sampled_`
  std::size_t sampled_ = 0;
};

}  // namespace assay::input
