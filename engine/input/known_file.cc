#include "input/known_file.h"

#include <algorithm>

namespace assay::input {

KnownFiles::KnownFiles(const std::vector<ListedInput>& inputs) {
  for (const ListedInput& input : inputs) {
    if (input.state != ListedInput::State::ready) continue;
    files_.push_back({input.path, input.size, input.modified, input.device, input.inode, input.changed, 0, ""});
  }
}

std::string KnownFiles::samples_of(std::size_t input, std::uint64_t reached) {
  if (samples_ == nullptr || sampled_ != input) samples_ = std::make_unique<ContentSamples>(files_[input].path);
  sampled_ = input;
  return samples_->digest(reached);
}

void KnownFiles::reach(std::size_t input, std::uint64_t reached) {
  for (; noted_ < std::min(input, files_.size()); ++noted_) {
    KnownFile& file = files_[noted_];
    file.reached = file.size;
    file.samples = samples_of(noted_, file.reached);
  }
  if (input >= files_.size()) return;
  KnownFile& file = files_[input];
  const std::uint64_t held = std::min(reached, file.size);
  if (held <= file.reached) return;
  file.reached = held;
  file.samples = samples_of(input, held);
}

std::optional<std::string> KnownFiles::go_on_from(const std::vector<KnownFile>& saved) {
  for (std::size_t i = 0; i < std::max(saved.size(), files_.size()); ++i) {
    if (i >= files_.size()) return saved[i].path + " is missing";
    if (i >= saved.size()) return files_[i].path + " is new";
    const KnownFile& before = saved[i];
    KnownFile& now = files_[i];
    if (before.path != now.path) return now.path + " stands where " + before.path + " stood";
    if (before.size != now.size || before.modified != now.modified) return now.path + " has changed";
    if (before.samples.empty()) continue;
    const bool same_inode = before.device == now.device && before.inode == now.inode;
    if (same_inode && before.changed != now.changed)
      return now.path + " has changed, though its size and time are the same";
    if (before.reached > now.size || samples_of(i, before.reached) != before.samples)
      return "the content of " + now.path + " has changed, though its size and time are the same";
    now.reached = before.reached;
    now.samples = before.samples;
    if (i == noted_ && now.reached == now.size) ++noted_;
  }
  return std::nullopt;
}

}  // namespace assay::input
