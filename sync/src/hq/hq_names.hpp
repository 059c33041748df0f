#pragma once

#include <string>
#include <vector>

#include "tillcue/sync/sqlite.hpp"
#include "tillcue/sync/word.hpp"
#include "wire/json_fields.hpp"

namespace tillcue::sync {

/// Names of items that are said to a scope, and texts that are not any more.
struct NamesChange {
  std::vector<LiveContent::Name> set;
  std::vector<std::string> unset;
};

/// "set": [[text, sku], [text, sku, price]], "unset": [text].  Errors  invalid, naming the field.
Result<NamesChange> read_names_change(Fields& fields);
/// Errors  invalid (more than a word holds), not_found (nothing of that name is said there); else as Statement.
Result<void> change_names(Database& db, Scope const& scope, NamesChange const& change, std::int64_t now);
/// What a scope's word says.
Result<std::vector<LiveContent::Name>> names_said(Database& db, Scope const& scope);

}  // namespace tillcue::sync
