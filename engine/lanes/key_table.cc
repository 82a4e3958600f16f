#include "lanes/key_table.h"

#include <new>

#include "lanes/rsa_modulus.h"

namespace assay::lanes {
namespace {

// Empty memory for a table; null if there is none.
std::unique_ptr<KeyTable> new_table(std::size_t bytes, int window) {
  auto table = std::make_unique<KeyTable>();
  table->memory = base::PageMemory(bytes);
  table->bytes = bytes;
  table->window = window;
  return table->memory ? std::move(table) : nullptr;
}

}  // namespace

std::size_t modulus_bytes() noexcept { return base::PageMemory::rounded(sizeof(kernel::RsaModulus)); }

std::size_t table_bytes(const kernel::CurveKernel& kernel, int window) noexcept {
  return base::PageMemory::rounded(kernel.table_bytes(window));
}

std::size_t build_bytes(const kernel::CurveKernel& kernel, int window) noexcept {
  return base::PageMemory::rounded(kernel.build_scratch_bytes(window));
}

std::unique_ptr<const KeyTable> make_modulus(const kernel::RsaKernel& kernel, std::string_view n, bool with_match) {
  std::unique_ptr<KeyTable> table = new_table(modulus_bytes(), 0);
  if (table == nullptr) return nullptr;
  auto* modulus = new (table->memory.data()) kernel::RsaModulus;
  if (!prepare_modulus(kernel, n, *modulus)) return nullptr;
  if (with_match) kernel.prepare_match(modulus);
  return table;
}

std::unique_ptr<const KeyTable> make_table(const kernel::CurveKernel& kernel, std::string_view point, int window,
                                           bool& impossible) {
  impossible = false;
  std::unique_ptr<KeyTable> table = new_table(table_bytes(kernel, window), window);
  const base::PageMemory scratch(build_bytes(kernel, window));
  if (table == nullptr || !scratch) return nullptr;
  const auto* bytes = reinterpret_cast<const unsigned char*>(point.data());
  impossible = !kernel.build_table(bytes, window, table->memory.words(), scratch.data());
  return impossible ? nullptr : std::move(table);
}

std::unique_ptr<const KeyTable> make_generator(const kernel::CurveKernel& kernel, int window) {
  std::unique_ptr<KeyTable> table = new_table(table_bytes(kernel, window), window);
  const base::PageMemory scratch(build_bytes(kernel, window));
  if (table == nullptr || !scratch) return nullptr;
  kernel.build_generator(window, table->memory.words(), scratch.data());
  return table;
}

}  // namespace assay::lanes
