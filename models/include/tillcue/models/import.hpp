#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tillcue/models/byte_source.hpp"
#include "tillcue/models/sale_text.hpp"
#include "tillcue/models/transactions.hpp"

namespace tillcue::models {

/// The layouts of sales that can be read; described in models/README.md.
enum class SalesFormat { csv, jsonl, poslog };

/// Which of a POSLog line's codes is the SKU; the other one stands in where it is missing.
enum class PoslogSku { item_id, pos_item_id };

struct ImportOptions {
  std::optional<SalesFormat> format;  ///< nothing: by the name, else by how the file begins
  PoslogSku poslog_sku = PoslogSku::item_id;
};

/// "csv", "jsonl" or "poslog"; nothing for another word.
std::optional<SalesFormat> parse_sales_format(std::string_view word);
/// By the ending (.csv, .jsonl, .ndjson, .xml, each also with .gz), nothing when it says nothing.
std::optional<SalesFormat> sales_format_of_name(std::string_view path);

/// Hands every row of `source` to `sink`; faults of rows go to sink.bad() and are skipped.
/// Errors  of the source and its header; corrupt when XML breaks off and nothing behind it can be read.
Result<void> read_sales(std::unique_ptr<ByteSource> source, std::string const& name, ImportOptions const& options,
                        RowSink& sink);
Result<void> read_sales(std::string const& path, ImportOptions const& options, RowSink& sink);

/// Reads a file of any format into `reader`. How far it is, is told of plain CSV files only.
/// Errors  of the file and its header, and those of TransactionReader.
Result<void> add_sales(TransactionReader& reader, std::string const& path, ImportOptions const& options,
                       Advance const& advance = {});

/// Rows of one format. Borrows all.
Result<void> read_csv_rows(std::unique_ptr<ByteSource> source, std::string const& name, RowSink& sink);
Result<void> read_jsonl_rows(ByteSource& source, std::string const& name, RowSink& sink);
Result<void> read_poslog_rows(ByteSource& source, std::string const& name, PoslogSku sku, RowSink& sink);

}  // namespace tillcue::models
