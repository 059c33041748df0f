#include <algorithm>
#include <memory>

#include <expat.h>

#include "poslog_document.hpp"
#include "tillcue/models/import.hpp"

namespace tillcue::models {
namespace {

constexpr int kChunk = 64 * 1024;
constexpr XML_Index kLongestMarkup = 1 << 20;
constexpr std::size_t kEncodingBytes = 2;  ///< a document's first, which Expat has to see together

/// Expat with a PoslogDocument behind it. DTDs are refused, so there are no entities but the five of XML.
class Parser {
 public:
  Parser(PoslogSales& sales, std::uint64_t first_line)
      : document(sales),
        parser_(XML_ParserCreateNS(nullptr, PoslogDocument::kSeparator), &XML_ParserFree),
        first_line_(first_line) {
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
    return document.problem().empty() && XML_GetErrorCode(parser_.get()) == XML_ERROR_JUNK_AFTER_DOC_ELEMENT;
  }
  [[nodiscard]] bool is_empty() const {
    return !document.begun() && XML_GetErrorCode(parser_.get()) == XML_ERROR_NO_ELEMENTS;
  }
  [[nodiscard]] std::string fault() const {
    if (!document.problem().empty()) return "XML: " + document.problem();
    return std::string("XML: ") + XML_ErrorString(XML_GetErrorCode(parser_.get()));
  }

  PoslogDocument document;

 private:
  static Parser& self(void* data) { return *static_cast<Parser*>(data); }
  static void on_open(void* data, char const* name, char const** attributes) {
    auto& parser = self(data);
    if (!parser.document.open(name, attributes, parser.line())) XML_StopParser(parser.parser_.get(), XML_FALSE);
  }
  static void on_close(void* data, char const* name) {
    auto& document = self(data).document;
    if (document.problem().empty()) document.close(name);
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
    while (buffer_.size() < kEncodingBytes) {
      auto const more = fill();
      if (!more) return tl::unexpected(more.error());
      if (!*more) break;
    }
    for (;;) {
      auto const more = fed < buffer_.size() ? Result<bool>(true) : fill();
      if (!more) return tl::unexpected(more.error());
      bool const good = parser.feed(std::string_view(buffer_).substr(fed), !*more);
      auto const done = std::min(std::max(parser.used(), base) - base, buffer_.size());
      buffer_.erase(0, done);
      if (!good || !*more) transactions_ += parser.document.transactions();
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
