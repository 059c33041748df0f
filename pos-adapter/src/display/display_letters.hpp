#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tillcue/pos/code_table.hpp"

namespace tillcue::pos {

/// The text in bytes of `table`, exactly `columns` of them: cut or filled with blanks. What the table lacks is spelled
/// in ASCII (Cyrillic in Latin letters, as on road signs), else '?'. Never a control byte.
std::string display_line(std::string_view text, std::optional<CodeTable> table, std::size_t columns);

/// Characters of it that nothing can spell there, shown as '?'.
std::size_t display_unknown(std::string_view text, std::optional<CodeTable> table);

/// Columns the text takes there, before it is cut.
std::size_t display_columns(std::string_view text, std::optional<CodeTable> table);

}  // namespace tillcue::pos
