#include <algorithm>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include <expat.h>

#include "poslog_sale.hpp"
#include "tillcue/models/import.hpp"

namespace tillcue::models {
namespace {

using Tag = PoslogTag;

constexpr std::size_t kDeepest = 64;
constexpr std::size_t kLongestText = 4096;
constexpr std::size_t kMostLines = 100'000;
constexpr int kChunk = 64 * 1024;
constexpr XML_Index kLongestMarkup = 1 << 20;
constexpr char kSeparator = '|';  // between namespace and name; expat's, not the document's

/// An element name or attribute as expat gives it: "NAMESPACE|name" or "name".
struct Name {
  explicit Name(std::string_view whole) {
    auto const at = whole.rfind(kSeparator);
    space = at == std::string_view::npos ? std::string_view{} : whole.substr(0, at);
    local = at == std::string_view::npos ? whole : whole.substr(at + 1);
  }
  std::string_view space, local;
};

bool is_true(std::string_view value) { return value == "true" || value == "1" || value == "True" || value == "TRUE"; }

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  for (auto const known : names) {
    if (known == name) return true;
  }
  return false;
}

std::string trimmed(std::string const& text) {
  constexpr char const* kSpace = " \t\r\n";
  auto const first = text.find_first_not_of(kSpace);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// Follows the elements of one document and puts its transactions together.
class Document {
 public:
  explicit Document(PoslogSales& sales) : sales_(&sales) {}

  /// False when the document must not go on; problem() says why.
  bool open(Name const& name, char const** attributes, std::uint64_t line) {
    if (stack_.size() >= kDeepest) return stop("elements nested deeper than 64; is this a POSLog?");
    auto const parent = stack_.empty() ? Tag::outside : stack_.back();
    // Vendors put elements of their own, with the same names, between those of the standard.
    bool const foreign = parent != Tag::outside && name.space != space_;
    auto const tag = parent == Tag::none || foreign ? Tag::none : poslog_tag(parent, name.local);
    stack_.push_back(tag);
    begun_ = true;
    if (has_text(tag)) {
      text_.clear();
      wanted_ = true;
      for (auto at = attributes; *at != nullptr; at += 2) wanted_ = wanted_ && is_wanted(tag, at[0], at[1]);
    }
    begin(tag, name, attributes, line);
    return true;
  }

  void text(std::string_view more) {
    if (stack_.empty() || !has_text(stack_.back())) return;
    if (text_.size() + more.size() <= kLongestText)
      text_ += more;
    else
      too_long_ = true;
  }

  void close(Name const& name) {
    auto const tag = stack_.back();
    stack_.pop_back();
    if (tag == Tag::transaction) {
      ++transactions;
      sales_->take(transaction_);
    } else if (has_text(tag)) {
      if (too_long_) transaction_.too_long_field = name.local;
      too_long_ = false;
      if (wanted_) keep(tag, trimmed(text_));
    }
  }

  bool stop(std::string why) {
    problem = std::move(why);
    return false;
  }

  /// Any element at all.
  [[nodiscard]] bool begun() const { return begun_; }

  std::string problem;
  std::uint64_t transactions = 0;

 private:
  /// Of several stores or times, the one that is the transaction's.
  static bool is_wanted(Tag tag, std::string_view attribute, std::string_view value) {
    if (attribute != "TypeCode") return true;
    if (tag == Tag::log_time) return is_one_of(value, {"Transaction", "Begin", "BeginDateTime"});
    return tag != Tag::store || value == "RetailStore";
  }

  void begin(Tag tag, Name const& name, char const** attributes, std::uint64_t line) {
    if (tag == Tag::transaction) {
      transaction_ = {};
      transaction_.line = line;
      space_ = name.space;
    } else if (tag == Tag::line) {
      line_voided_ = false;
    } else if (tag == Tag::sale || tag == Tag::refund) {
      transaction_.too_many = transaction_.lines.size() >= kMostLines;
      if (transaction_.too_many) transaction_.lines.pop_back();
      transaction_.lines.emplace_back();
      transaction_.lines.back().line = line;
      transaction_.lines.back().refund = tag == Tag::refund;
      transaction_.lines.back().voided = line_voided_;
    }
    for (auto at = attributes; *at != nullptr; at += 2) flag(tag, at[0], at[1]);
  }

  void flag(Tag tag, std::string_view attribute, std::string_view value) {
    if (tag == Tag::transaction || tag == Tag::retail) {
      bool const ends_it = is_one_of(attribute, {"CancelFlag", "CancelledFlag", "TrainingModeFlag", "SuspendFlag",
                                                 "SuspendedFlag", "VoidFlag", "VoidedFlag"});
      if (ends_it && is_true(value)) transaction_.cancelled = true;
      if (attribute == "TransactionStatus") transaction_.status = value;
    } else if (tag == Tag::line) {
      bool const ends_it = is_one_of(attribute, {"VoidFlag", "CancelFlag", "DeleteFlag"});
      if (ends_it && is_true(value)) line_voided_ = true;
    }
  }

  /// Files a text under its element; the first of several counts.
  void keep(Tag tag, std::string text) {
    auto* const place = place_of(tag);
    if (place != nullptr && place->empty()) *place = std::move(text);
  }

  std::string* place_of(Tag tag) {
    auto& of = transaction_;
    switch (tag) {
      case Tag::store:
        return &of.store;
      case Tag::till:
        return &of.till;
      case Tag::sequence:
        return &of.sequence;
      case Tag::transaction_id:
        return &of.transaction_id;
      case Tag::business_day:
        return &of.business_day;
      case Tag::begins:
        return &of.begins;
      case Tag::ends:
        return &of.ends;
      case Tag::log_time:
        return &of.log_time;
      case Tag::receipt_time:
        return &of.receipt_time;
      case Tag::status:
        return &of.status;
      case Tag::customer_id:
        return &of.customer_id;
      case Tag::loyalty_id:
        return &of.loyalty_id;
      default:
        return of.lines.empty() ? nullptr : place_of(tag, of.lines.back());
    }
  }
  static std::string* place_of(Tag tag, PoslogLine& line) {
    switch (tag) {
      case Tag::item_id:
        return &line.item_id;
      case Tag::pos_item_id:
        return &line.pos_item_id;
      case Tag::quantity:
        return &line.quantity;
      case Tag::regular_price:
        return &line.regular_price;
      case Tag::actual_price:
        return &line.actual_price;
      case Tag::extended:
        return &line.extended;
      default:
        return nullptr;
    }
  }

  PoslogSales* sales_;
  PoslogTransaction transaction_;
  std::vector<Tag> stack_;
  std::string space_;  ///< the namespace of the transaction at hand
  std::string text_;
  bool begun_ = false;
  bool wanted_ = false;
  bool too_long_ = false;
  bool line_voided_ = false;
};

/// Expat with a Document behind it. DTDs are refused, so there are no entities but the five of XML.
class Parser {
 public:
  Parser(PoslogSales& sales, std::uint64_t first_line)
      : document(sales), parser_(XML_ParserCreateNS(nullptr, kSeparator), &XML_ParserFree), first_line_(first_line) {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), &on_open, &on_close);
    XML_SetCharacterDataHandler(parser_.get(), &on_text);
    XML_SetStartDoctypeDeclHandler(parser_.get(), &on_doctype);
    XML_SetParamEntityParsing(parser_.get(), XML_PARAM_ENTITY_PARSING_NEVER);
  }

  /// False at the first fault.
  bool feed(std::string_view bytes, bool last) {
    fed_ += static_cast<XML_Index>(bytes.size());
    if (XML_Parse(parser_.get(), bytes.data(), static_cast<int>(bytes.size()), last ? 1 : 0) != XML_STATUS_OK) {
      return false;
    }
    auto const at = XML_GetCurrentByteIndex(parser_.get());
    return last || at < 0 || fed_ - at <= kLongestMarkup || document.stop("markup longer than 1 MiB");
  }

  [[nodiscard]] std::uint64_t line() const { return first_line_ + XML_GetCurrentLineNumber(parser_.get()) - 1; }
  /// Bytes of the document before the place where it stopped.
  [[nodiscard]] std::size_t used() const {
    auto const at = XML_GetCurrentByteIndex(parser_.get());
    return at < 0 ? 0 : static_cast<std::size_t>(at);
  }
  [[nodiscard]] bool is_complete() const {
    return document.problem.empty() && XML_GetErrorCode(parser_.get()) == XML_ERROR_JUNK_AFTER_DOC_ELEMENT;
  }
  [[nodiscard]] bool is_empty() const {
    return !document.begun() && XML_GetErrorCode(parser_.get()) == XML_ERROR_NO_ELEMENTS;
  }
  [[nodiscard]] std::string fault() const {
    if (!document.problem.empty()) return "XML: " + document.problem;
    return std::string("XML: ") + XML_ErrorString(XML_GetErrorCode(parser_.get()));
  }

  Document document;

 private:
  static Parser& self(void* data) { return *static_cast<Parser*>(data); }
  static void on_open(void* data, char const* name, char const** attributes) {
    auto& parser = self(data);
    if (!parser.document.open(Name(name), attributes, parser.line())) XML_StopParser(parser.parser_.get(), XML_FALSE);
  }
  static void on_close(void* data, char const* name) {
    auto& document = self(data).document;
    if (document.problem.empty()) document.close(Name(name));
  }
  static void on_text(void* data, char const* text, int size) {
    self(data).document.text({text, static_cast<std::size_t>(size)});
  }
  static void on_doctype(void* data, char const*, char const*, char const*, int) {
    auto& parser = self(data);
    parser.document.stop("has a DOCTYPE; remove it, entities are not read");
    XML_StopParser(parser.parser_.get(), XML_FALSE);
  }

  std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser_;
  std::uint64_t first_line_;
  XML_Index fed_ = 0;
};

/// Reads documents one after the other, as logs that are appended to have them. A broken one is told as a bad row and
/// reading goes on with the next "<?xml".
class Documents {
 public:
  Documents(ByteSource& source, std::string const& name, PoslogSku sku, RowSink& sink)
      : source_(source), name_(name), sales_(name, sku, sink) {}

  Result<void> read() {
    for (;;) {
      auto const more = document();
      if (!more) return tl::unexpected(more.error());
      if (!*more) break;
    }
    sales_.finish();
    if (transactions_ > 0 || faults_ > 0) return {};
    return fail(Code::invalid, name_ + ": holds no Transaction element; is this a POSLog?");
  }

 private:
  /// One document; false at the end of the file.
  Result<bool> document() {
    Parser parser(sales_, line_);
    std::size_t base = 0;  // of the document's bytes, those gone from the buffer
    std::size_t fed = 0;   // of the buffer's bytes, those the parser has had
    for (;;) {
      auto const more = fed < buffer_.size() ? Result<bool>(true) : fill();
      if (!more) return tl::unexpected(more.error());
      bool const good = parser.feed(std::string_view(buffer_).substr(fed), !*more);
      transactions_ += std::exchange(parser.document.transactions, 0);
      auto const done = std::min(std::max(parser.used(), base) - base, buffer_.size());
      buffer_.erase(0, done);
      if (!good) return next_after(parser);
      if (!*more) return false;
      base += done;
      fed = buffer_.size();
    }
  }

  /// The parser stopped where the buffer begins: is another document behind it?
  Result<bool> next_after(Parser const& parser) {
    if (parser.is_empty()) return false;
    line_ = parser.line();
    if (parser.is_complete()) return true;
    ++faults_;
    auto const found = skip_to_declaration();
    if (!found) return tl::unexpected(found.error());
    if (!*found) {
      return fail(Code::corrupt, name_ + ':' + std::to_string(parser.line()) + ": " + parser.fault() +
                                     "; what stands behind it cannot be read: mend the file or export it again");
    }
    sales_.refuse(parser.line(), parser.fault() + "; the rest of this document is left out, mend it");
    return true;
  }

  /// Moves on to the next "<?xml" behind the first byte; false when there is none.
  Result<bool> skip_to_declaration() {
    constexpr std::string_view kDeclaration = "<?xml ";
    drop(std::min<std::size_t>(1, buffer_.size()));
    for (;;) {
      auto const found = buffer_.find(kDeclaration);
      if (found != std::string::npos) {
        drop(found);
        return true;
      }
      drop(buffer_.size() - std::min(buffer_.size(), kDeclaration.size() - 1));
      auto const more = fill();
      if (!more) return tl::unexpected(more.error());
      if (!*more) return false;
    }
  }
  void drop(std::size_t bytes) {
    line_ += static_cast<std::uint64_t>(
        std::count(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(bytes), '\n'));
    buffer_.erase(0, bytes);
  }

  Result<bool> fill() {
    auto const before = buffer_.size();
    buffer_.resize(before + kChunk);
    auto const got = source_.read({buffer_.data() + before, kChunk});
    buffer_.resize(before + got.value_or(0));
    if (!got) return tl::unexpected(got.error());
    return *got > 0;
  }

  ByteSource& source_;
  std::string const& name_;
  PoslogSales sales_;
  std::string buffer_;      ///< read and not yet done with
  std::uint64_t line_ = 1;  ///< on which the document, or the buffer, begins
  std::uint64_t transactions_ = 0;
  std::uint64_t faults_ = 0;
};

}  // namespace

Result<void> read_poslog_rows(ByteSource& source, std::string const& name, PoslogSku sku, RowSink& sink) {
  return Documents(source, name, sku, sink).read();
}

}  // namespace tillcue::models
