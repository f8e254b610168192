"""Vectors in Milvus. The only package that imports pymilvus; written for server 2.3 and later."""
