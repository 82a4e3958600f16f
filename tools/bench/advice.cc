#include "bench/advice.h"

#include <algorithm>
#include <string_view>

#include "bench/minted.h"
#include "page/numbers.h"

namespace assay::bench {
namespace {

double per_second(const Row& row) { return row.figures.per_second.value; }

// The fastest row of one core for each algorithm or file: distinct tokens from a file, the first number of keys.
std::vector<const Row*> best_rows(const Report& report) {
  std::vector<const Row*> best;
  const std::size_t keys = report.settings.keys.empty() ? 1 : report.settings.keys.front();
  for (const Row& row : report.rows) {
    const Case& what = row.what;
    if (what.threads != 1 || what.batch != 0 || what.repeated || !(per_second(row) > 0)) continue;
    if (report.settings.input.empty() && what.keys != keys) continue;
    const auto same =
        std::find_if(best.begin(), best.end(), [&](const Row* other) { return other->what.tokens == what.tokens; });
    if (same == best.end()) {
      best.push_back(&row);
    } else if (per_second(row) > per_second(**same)) {
      *same = &row;
    }
  }
  return best;
}

bool is_shared_secret(const Row& row) {
  const std::optional<Minted> minted = minted_from_name(row.what.tokens);
  return minted && info(minted->algorithm).key_type == KeyType::oct;
}

// "RS256", "RS256 and PS256", "RS256, PS256 and ES256".
std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 < names.size() ? ", " : " and ";
    text += names[i];
  }
  return text;
}

std::string fastest(const std::vector<const Row*>& rows) {
  std::vector<const Row*> signatures;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(signatures),
               [](const Row* row) { return !is_shared_secret(*row); });
  if (signatures.size() < 2) return "";
  std::stable_sort(signatures.begin(), signatures.end(),
                   [](const Row* a, const Row* b) { return per_second(*a) > per_second(*b); });
  const Row& first = *signatures.front();
  std::string text = "Of the algorithms with a public key " + first.what.tokens + " is verified fastest, " +
                     page::grouped(per_second(first)) + " tokens a second on one core; ";
  std::vector<std::string> others;
  for (std::size_t i = 1; i < signatures.size(); ++i)
    others.push_back(signatures[i]->what.tokens + " takes " +
                     page::three_digits(per_second(first) / per_second(*signatures[i])) + " times as long");
  return text + listed(others);
}

std::string secrets(const std::vector<const Row*>& rows) {
  std::vector<std::string> names;
  for (const Row* row : rows) {
    if (is_shared_secret(*row)) names.push_back(row->what.tokens);
  }
  if (names.empty() || names.size() == rows.size()) return "";
  return "Whoever can verify tokens of " + listed(names) +
         " can make them as well: their speed is for one party that does both";
}

// Algorithms whose lanes row is no faster than its row of OpenSSL, and those that the lanes left to OpenSSL.
std::string no_gain(const Report& report) {
  std::vector<std::string> names;
  for (const Row& row : report.rows) {
    const Case& what = row.what;
    if (what.backend != "lanes" || what.threads != 1 || what.batch != 0 || what.repeated) continue;
    const std::optional<double> share = share_of_lanes(row);
    if (share && *share < 0.005 && std::find(names.begin(), names.end(), what.tokens) == names.end())
      names.push_back(what.tokens);
  }
  if (names.empty()) return "";
  return "For " + listed(names) +
         " the lanes have no kernel on this CPU: OpenSSL decides, and assay saves only what lies around the signature";
}

// Of the CPUs that the lanes are written for, what this one lacks.
std::string lacks(const Machine& machine) {
  if (machine.lanes == "ifma" || machine.lanes.empty()) return "";
  if (machine.lanes == "avx512f")
    return "The lanes run on AVX-512F. This CPU does not show AVX-512 IFMA (Intel since Ice Lake, AMD since Zen 4), "
           "with "
           "which they are faster";
  if (machine.lanes == "fma")
    return "The lanes run on AVX2 and FMA. This CPU does not show AVX-512 IFMA (Intel since Ice Lake, AMD since Zen "
           "4), with "
           "which they run eight tokens at a time";
  if (machine.system.ends_with("aarch64"))
    return "The lanes run on plain 64-bit code. They have no kernel of vectors for aarch64, and RSA is left to OpenSSL";
  return "The lanes run on plain 64-bit code. This CPU shows neither AVX-512 IFMA nor AVX2 with FMA, without which RSA "
         "is left to OpenSSL";
}

}  // namespace

std::vector<std::string> advice_of(const Report& report) {
  const std::vector<const Row*> rows = best_rows(report);
  if (rows.empty()) return {};
  std::vector<std::string> advice = {fastest(rows), secrets(rows), no_gain(report), lacks(report.machine)};
  std::erase(advice, "");
  return advice;
}

std::vector<Cores> cores_for_rate(const Report& report) {
  std::vector<Cores> all;
  if (!(report.settings.rate > 0)) return all;
  for (const Row* row : best_rows(report)) all.push_back({row, report.settings.rate / per_second(*row)});
  return all;
}

}  // namespace assay::bench
