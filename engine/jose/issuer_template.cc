#include "jose/issuer_template.h"

#include <algorithm>

namespace assay::jose {
namespace {

constexpr std::string_view kPlaceholder = "{tenantid}";
constexpr std::size_t kMaxTenantBytes = 64;

bool is_letter_of_name(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

}  // namespace

bool is_issuer_template(std::string_view issuer) noexcept { return issuer.find(kPlaceholder) != issuer.npos; }

std::string template_fault(std::string_view issuer) {
  for (std::size_t at = issuer.find('{'); at != issuer.npos; at = issuer.find('{', at + 1)) {
    if (issuer.substr(at).starts_with(kPlaceholder)) continue;
    const std::size_t end = issuer.find('}', at);
    if (end == issuer.npos || end == at + 1) continue;
    const std::string_view name = issuer.substr(at + 1, end - at - 1);
    if (!std::all_of(name.begin(), name.end(), is_letter_of_name)) continue;
    return "holds the placeholder " + std::string(issuer.substr(at, end + 1 - at)) +
           ", but only {tenantid} is filled in, with the claim tid; write {tenantid}, or give the whole issuer";
  }
  return {};
}

bool is_tenant_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kMaxTenantBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c != '_' && is_letter_of_name(c); });
}

std::string filled_template(std::string_view issuer_template, std::string_view tenant) {
  std::string issuer(issuer_template);
  for (std::size_t at = 0; (at = issuer.find(kPlaceholder, at)) != issuer.npos; at += tenant.size()) {
    issuer.replace(at, kPlaceholder.size(), tenant);
  }
  return issuer;
}

bool fills_template(std::string_view issuer_template, std::string_view iss, std::string_view tenant) noexcept {
  for (;;) {
    const std::size_t at = std::min(issuer_template.find(kPlaceholder), issuer_template.size());
    if (!iss.starts_with(issuer_template.substr(0, at))) return false;
    iss.remove_prefix(at);
    issuer_template.remove_prefix(at);
    if (issuer_template.empty()) return iss.empty();
    if (!iss.starts_with(tenant)) return false;
    iss.remove_prefix(tenant.size());
    issuer_template.remove_prefix(kPlaceholder.size());
  }
}

bool has_form_of_template(std::string_view issuer_template, std::string_view iss) noexcept {
  const std::size_t at = issuer_template.find(kPlaceholder);
  if (at == issuer_template.npos || iss.size() < at) return false;
  const std::string_view rest = iss.substr(at);
  const auto end = std::find_if(rest.begin(), rest.end(), [](char c) { return !is_tenant_id({&c, 1}); });
  const std::string_view tenant = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  return is_tenant_id(tenant) && fills_template(issuer_template, iss, tenant);
}

}  // namespace assay::jose
