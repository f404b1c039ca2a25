"""Lets lxml validate a file against its official XSD while streaming, and nothing else."""

import sys

from lxml import etree

schema = etree.XMLSchema(etree.parse(sys.argv[2]))
count = 0
for _, element in etree.iterparse(sys.argv[1], events=("end",), schema=schema):
    parent = element.getparent()
    if parent is not None and parent.getparent() is None:
        count += 1
        element.clear()
        while element.getprevious() is not None:
            del parent[0]
print(count)
