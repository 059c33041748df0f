#include "till_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void till_text_add(till_text* text, char const* bytes, size_t size) {
  if (text->failed || size > text->most - text->size) {
    text->failed = 1;
    return;
  }
  if (size > text->room - text->size) {
    size_t room = text->room < 256 ? 256 : text->room;
    while (room - text->size < size) room *= 2;
    char* const larger = realloc(text->data, room);
    if (larger == NULL) {
      text->failed = 1;
      return;
    }
    text->data = larger;
    text->room = room;
  }
  memcpy(text->data + text->size, bytes, size);
  text->size += size;
}

void till_text_free(till_text* text) {
  free(text->data);
  text->data = NULL;
  text->size = text->room = 0;
  text->failed = 0;
}

static void add(till_text* out, char const* text) { till_text_add(out, text, strlen(text)); }

static void add_quoted(till_text* out, char const* value) {
  add(out, "\"");
  for (; *value != '\0'; ++value) {
    char escape[8];
    unsigned char const c = (unsigned char)*value;
    if (c == '"' || c == '\\') {
      escape[0] = '\\';
      escape[1] = (char)c;
      till_text_add(out, escape, 2);
    } else if (c < 0x20) {
      snprintf(escape, sizeof escape, "\\u%04x", c);
      till_text_add(out, escape, 6);
    } else {
      till_text_add(out, value, 1);
    }
  }
  add(out, "\"");
}

void till_json_begin(till_text* out, char const* type) {
  add(out, "{\"type\":");
  add_quoted(out, type);
}

void till_json_raw(till_text* out, char const* field, char const* value) {
  add(out, ",");
  add_quoted(out, field);
  add(out, ":");
  add(out, value);
}

void till_json_string(till_text* out, char const* field, char const* value) {
  add(out, ",");
  add_quoted(out, field);
  add(out, ":");
  add_quoted(out, value);
}

void till_json_number(till_text* out, char const* field, int64_t value) {
  char text[32];
  snprintf(text, sizeof text, "%lld", (long long)value);
  till_json_raw(out, field, text);
}

void till_json_milli(till_text* out, char const* field, int64_t milli) {
  char text[40];
  long long const size = milli < 0 ? -(long long)milli : (long long)milli;
  snprintf(text, sizeof text, "%s%lld.%03lld", milli < 0 ? "-" : "", size / 1000, size % 1000);
  till_json_raw(out, field, text);
}

void till_json_end(till_text* out) { add(out, "}\n"); }

/* ---- reading: enough for the lines of a terminal, and harmless on anything else */

enum { MOST_LEVELS = 8 };

static char const* skip_blanks(char const* at, char const* end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')) ++at;
  return at;
}

/* Behind the closing quote; NULL without one. */
static char const* skip_string(char const* at, char const* end) {
  for (++at; at < end; ++at) {
    if (*at == '\\') {
      ++at;
    } else if (*at == '"') {
      return at + 1;
    }
  }
  return NULL;
}

static char const* skip_value(char const* at, char const* end) {
  int level = 0;
  while (at < end) {
    if (*at == '"') {
      at = skip_string(at, end);
      if (at == NULL) return NULL;
    } else if (*at == '{' || *at == '[') {
      if (++level > MOST_LEVELS) return NULL;
      ++at;
    } else if (*at == '}' || *at == ']') {
      if (level == 0) return at;
      --level;
      ++at;
    } else if (level == 0 && (*at == ',' || *at == ':')) {
      return at;
    } else {
      ++at;
    }
    if (level == 0 && at < end && (at[-1] == '"' || at[-1] == '}' || at[-1] == ']')) return at;
  }
  return level == 0 ? at : NULL;
}

static till_value none(void) {
  till_value const out = {NULL, NULL};
  return out;
}

/* Inside of an object or array; none when it is not one. */
static till_value inside(till_value value, char open) {
  if (value.from == NULL) return none();
  value.from = skip_blanks(value.from, value.to);
  if (value.from >= value.to || *value.from != open) return none();
  ++value.from;
  return value;
}

till_value till_json_field(till_value object, char const* field) {
  till_value rest = inside(object, '{');
  size_t const size = strlen(field);
  while (rest.from != NULL && rest.from < rest.to) {
    char const* const name = skip_blanks(rest.from, rest.to);
    if (name >= rest.to || *name != '"') break;
    char const* const behind = skip_string(name, rest.to);
    if (behind == NULL) break;
    char const* const colon = skip_blanks(behind, rest.to);
    if (colon >= rest.to || *colon != ':') break;
    till_value value = {skip_blanks(colon + 1, rest.to), NULL};
    value.to = skip_value(value.from, rest.to);
    if (value.to == NULL) break;
    if ((size_t)(behind - name) == size + 2 && memcmp(name + 1, field, size) == 0) return value;
    char const* const comma = skip_blanks(value.to, rest.to);
    if (comma >= rest.to || *comma != ',') break;
    rest.from = comma + 1;
  }
  return none();
}

till_value till_json_element(till_value array, size_t n) {
  till_value rest = inside(array, '[');
  while (rest.from != NULL && rest.from < rest.to) {
    till_value value = {skip_blanks(rest.from, rest.to), NULL};
    value.to = skip_value(value.from, rest.to);
    if (value.to == NULL || value.to == value.from) break;
    if (n-- == 0) return value;
    char const* const comma = skip_blanks(value.to, rest.to);
    if (comma >= rest.to || *comma != ',') break;
    rest.from = comma + 1;
  }
  return none();
}

static unsigned hex4(char const* at) {
  unsigned value = 0;
  for (int n = 0; n < 4; ++n) {
    char const c = at[n];
    unsigned const digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                           : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                           : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                                  : 0x10000U;
    value = value * 16 + digit;
  }
  return value;
}

static char* put_utf8(char* to, unsigned c) {
  if (c < 0x80) {
    *to++ = (char)c;
  } else if (c < 0x800) {
    *to++ = (char)(0xC0 | (c >> 6));
    *to++ = (char)(0x80 | (c & 0x3F));
  } else {
    if (c < 0x10000) {
      *to++ = (char)(0xE0 | (c >> 12));
    } else {
      *to++ = (char)(0xF0 | (c >> 18));
      *to++ = (char)(0x80 | ((c >> 12) & 0x3F));
    }
    *to++ = (char)(0x80 | ((c >> 6) & 0x3F));
    *to++ = (char)(0x80 | (c & 0x3F));
  }
  return to;
}

/* The character of \uXXXX or of two of them; `*at` moves to the last digit read. */
static unsigned escaped(char const** at, char const* end) {
  if (end - *at < 5) return '?';
  unsigned c = hex4(*at + 1);
  if (c > 0xFFFF) return '?';
  *at += 4;
  if (c >= 0xD800 && c < 0xDC00 && end - *at > 6 && (*at)[1] == '\\' && (*at)[2] == 'u') {
    unsigned const low = hex4(*at + 3);
    if (low >= 0xDC00 && low < 0xE000) {
      *at += 6;
      return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
  }
  return c == 0 || (c >= 0xD800 && c < 0xE000) ? '?' : c;
}

char const* till_json_take_string(till_value value) {
  if (value.from == NULL || value.to - value.from < 2 || *value.from != '"' || value.to[-1] != '"') return "";
  /* The line is ours: texts become shorter when they are unescaped, never longer. */
  char* const start = (char*)(uintptr_t)(value.from + 1);
  char* to = start;
  for (char const* at = value.from + 1; at < value.to - 1; ++at) {
    if (*at != '\\') {
      *to++ = *at;
      continue;
    }
    if (++at >= value.to - 1) break;
    switch (*at) {
      case 'n':
        *to++ = '\n';
        break;
      case 't':
        *to++ = '\t';
        break;
      case 'r':
        *to++ = '\r';
        break;
      case 'b':
        *to++ = '\b';
        break;
      case 'f':
        *to++ = '\f';
        break;
      case 'u':
        to = put_utf8(to, escaped(&at, value.to - 1));
        break;
      default:
        *to++ = *at;
    }
  }
  *to = '\0';
  return start;
}

uint32_t till_json_take_number(till_value value) {
  uint64_t out = 0;
  if (value.from == NULL) return 0;
  for (char const* at = value.from; at < value.to && *at >= '0' && *at <= '9' && out <= UINT32_MAX; ++at) {
    out = out * 10 + (uint64_t)(*at - '0');
  }
  return out <= UINT32_MAX ? (uint32_t)out : 0;
}
