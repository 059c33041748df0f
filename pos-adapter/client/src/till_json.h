#ifndef TILLCUE_TILL_JSON_H
#define TILLCUE_TILL_JSON_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that grow up to a limit. `failed` once memory or the limit was reached: the content is not to be used then. */
typedef struct {
  char* data;
  size_t size, room, most;
  int failed;
} till_text;

void till_text_add(till_text* text, char const* bytes, size_t size);
void till_text_free(till_text* text);

/* Builds one flat object: {"type":... */
void till_json_begin(till_text* out, char const* type);
void till_json_string(till_text* out, char const* field, char const* value);
void till_json_number(till_text* out, char const* field, int64_t value);
/* Thousandths, as a decimal. */
void till_json_milli(till_text* out, char const* field, int64_t milli);
void till_json_raw(till_text* out, char const* field, char const* value);
void till_json_end(till_text* out);

/* A value inside a line: borrowed, from the first to behind the last byte. */
typedef struct {
  char const *from, *to;
} till_value;

/* Where a field's value stands in an object; from is NULL when there is none or the object is broken. At most 8 levels.
 */
till_value till_json_field(till_value object, char const* field);
/* The n-th element of an array. */
till_value till_json_element(till_value array, size_t n);
/* Unescaped, in place: find every value of a line before the first one is taken. "" for what is no string. Valid as
 * long as the line. */
char const* till_json_take_string(till_value value);
uint32_t till_json_take_number(till_value value);

#endif
