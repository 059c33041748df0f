#pragma once

#include <string>
#include <vector>

#include "tillcue/models/import.hpp"

namespace tillcue::models::made {

/// What a reader made of a file: rows as "basket|customer|time|sku|quantity|price", complaints, notes.
struct Rows {
  std::vector<std::string> rows;
  std::vector<std::string> complaints;
  std::vector<std::string> notes;
  std::string error;  ///< of the file as a whole
};

/// Reads `text` as a file "sales.jsonl", "sales.xml" or "sales.csv" that hands out `step` bytes at a time.
Rows read_as(SalesFormat format, std::string const& text, std::size_t step = 0, PoslogSku sku = PoslogSku::item_id);

bool tells(std::string const& text, std::string const& part);

}  // namespace tillcue::models::made
