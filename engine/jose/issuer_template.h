// Issuers of many tenants: Microsoft Entra's discovery document names the issuer
// "https://login.microsoftonline.com/{tenantid}/v2.0", and each token has its tenant's id in its place, and in the
// claim tid.
//
// Pure functions, thread safe.
#pragma once

#include <string>
#include <string_view>

namespace assay::jose {

// The claim that fills a template.
inline constexpr std::string_view kTenantClaim = "tid";

// True if the issuer holds {tenantid}.
bool is_issuer_template(std::string_view issuer) noexcept;
// Returns why an issuer cannot be used as a template: it holds another placeholder. Empty: it can, or it holds none.
std::string template_fault(std::string_view issuer);
// True for what may fill a template: letters, digits and '-', as in a GUID. So a tenant's id cannot add to the path.
bool is_tenant_id(std::string_view text) noexcept;
// Returns the template with `tenant` in the place of each {tenantid}: for messages.
std::string filled_template(std::string_view issuer_template, std::string_view tenant);
// True if `iss` is the template filled with `tenant`, which is a tenant id. Allocates nothing.
bool fills_template(std::string_view issuer_template, std::string_view iss, std::string_view tenant) noexcept;
// True if `iss` is the template filled with some tenant id.
bool has_form_of_template(std::string_view issuer_template, std::string_view iss) noexcept;

}  // namespace assay::jose
