"""Judges a JSON value by a schema: JSON Schema as TST010 writes it, and the dialect of it that
OpenAPI 3.0 has.  Beside what any validator says it tells members that the schema does not name:
ETSI leaves objects open, and an answer with a member of our own invention is still a fault.

Documents are read lazily and kept; "$ref" goes to other files by relative path."""
import json
import pathlib
import re
import uuid

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool}
ANY = None  # known members of an object that may have all
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$", re.IGNORECASE)


class Documents:
    def __init__(self):
        self.files = {}

    def load(self, path):
        path = pathlib.Path(path).resolve()
        if path not in self.files:
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".json":
                self.files[path] = json.loads(text)
            else:
                import yaml

                loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
                self.files[path] = yaml.load(text, loader)
        return self.files[path]

    def follow(self, node, path):
        """The node behind its references, and the file that it stands in."""
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            file, _, inner = node["$ref"].partition("#")
            path = (path.parent / file).resolve() if file else path
            node = self.load(path)
            for word in inner.strip("/").split("/") if inner.strip("/") else []:
                node = at(node, word.replace("~1", "/").replace("~0", "~"))
        return node, path


def at(node, word):
    return node[word] if word in node else node[int(word)]


def is_type(value, name):
    if name == "null":
        return value is None
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def is_format(value, name):
    """Only formats that have one meaning; the others are words of their authors."""
    if name in ("date-time", "dateTime"):
        return bool(DATE.match(value))
    if name == "uuid":
        try:
            uuid.UUID(value)
        except ValueError:
            return False
    return True


class Judge:
    def __init__(self, documents):
        self.documents = documents

    def faults(self, value, schema, path, where=""):
        """What is wrong with 'value': pairs of where and what."""
        faults, known = self.look(value, schema, path, where)
        if known is not ANY and isinstance(value, dict):
            faults += [(dotted(where, name), "is not known there") for name in value
                       if name not in known]
        return faults

    def look(self, value, schema, path, where):
        schema, path = self.documents.follow(schema, path)
        if not isinstance(schema, dict) or (value is None and schema.get("nullable")):
            return [], ANY
        faults = self.plain(value, schema, where)
        if faults:
            return faults, ANY
        if isinstance(value, list):
            for i, item in enumerate(value if "items" in schema else []):
                faults += self.faults(item, schema["items"], path, f"{where}[]")
        known = set()
        if isinstance(value, dict):
            more, known = self.members(value, schema, path, where)
            faults += more
        return self.combined(value, schema, path, where, faults, known)

    def plain(self, value, schema, where):
        names = schema.get("type", [])
        names = [names] if isinstance(names, str) else names
        if names and not any(is_type(value, name) for name in names):
            return [(where, f"is not {' or '.join(names)}")]
        faults = []
        if "enum" in schema and value not in schema["enum"]:
            faults.append((where, f"{value!r} is not one of {', '.join(map(str, schema['enum']))}"))
        if "const" in schema and value != schema["const"]:
            faults.append((where, f"is not {schema['const']!r}"))
        if isinstance(value, str):
            if "pattern" in schema and not re.search(schema["pattern"], value):
                faults.append((where, f"{value!r} does not match {schema['pattern']}"))
            if not is_format(value, schema.get("format")):
                faults.append((where, f"{value!r} is not of format {schema['format']}"))
        elif isinstance(value, (list, dict)):
            kind = "Items" if isinstance(value, list) else "Properties"
            if len(value) < schema.get("min" + kind, 0) or len(value) > schema.get("max" + kind, 1 << 60):
                faults.append((where, f"has {len(value)} {kind.lower()}"))
        elif is_type(value, "number"):
            if value < schema.get("minimum", value) or value > schema.get("maximum", value):
                faults.append((where, f"{value} is out of bounds"))
        return faults

    def members(self, value, schema, path, where):
        own = schema.get("properties") or {}
        others = schema.get("additionalProperties")
        faults = [(dotted(where, name), "is missing") for name in schema.get("required") or []
                  if name not in value]
        for name, item in value.items():
            if name in own:
                faults += self.faults(item, own[name], path, dotted(where, name))
            elif isinstance(others, dict) and others:
                faults += self.faults(item, others, path, dotted(where, "*"))
        composed = any(word in schema for word in ("allOf", "anyOf", "oneOf"))
        is_open = others not in (None, False) or (not own and not composed)
        return faults, ANY if is_open else set(own)

    def combined(self, value, schema, path, where, faults, known):
        for part in schema.get("allOf") or []:
            more, names = self.look(value, part, path, where)
            faults, known = faults + more, join(known, names)
        for word in ("anyOf", "oneOf"):
            if not schema.get(word):
                continue
            looks = [self.look(value, part, path, where) for part in schema[word]]
            right = [names for more, names in looks if not more]
            if not right:
                # The branch that is nearest tells most.
                faults = faults + min((more for more, _ in looks), key=len)
            for names in right:
                known = join(known, names)
        return faults, known


def join(known, names):
    return ANY if known is ANY or names is ANY else known | names


def dotted(where, name):
    return f"{where}.{name}" if where else name
