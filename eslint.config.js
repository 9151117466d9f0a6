// Lint for everything that is not C++. Which folder may import from which is part of the design: docs/architecture.md.
import tseslint from 'typescript-eslint';

const noImports = (...folders) => ({
  'no-restricted-imports': [
    'error',
    { patterns: folders.map((folder) => ({ group: [`**/${folder}/**`], message: `may not depend on ${folder}/` })) },
  ],
});

export default tseslint.config(
  { ignores: ['dist/', 'build/', 'node_modules/', 'tests/.out/', 'tests/package/fixtures/'] },
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
      // Event maps are type aliases: an interface has no index signature and would not do.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/class-literal-property-style': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      // With noUncheckedIndexedAccess it is the way to say what an index is known to hold.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-namespace': ['error', { allowDeclarations: true }],
      '@typescript-eslint/triple-slash-reference': ['error', { path: 'always', types: 'never', lib: 'never' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/unified-signatures': 'off',
    },
  },
  {
    files: ['tests/**'],
    rules: { '@typescript-eslint/no-dynamic-delete': 'off', '@typescript-eslint/no-extraneous-class': 'off' },
  },
  {
    // Classic scripts that tests put into pages.
    files: ['tests/browser/harness/page/**'],
    rules: { '@typescript-eslint/no-this-alias': 'off', '@typescript-eslint/no-unused-vars': 'off' },
  },
  { files: ['js-glue/**'], rules: noImports('web', 'server', 'demo', 'tests') },
  { files: ['web/**'], rules: noImports('server', 'demo', 'tests') },
  {
    // A part that is loaded by itself brings nothing along (docs/adr/0014).
    files: ['web/lazy/**'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [{ group: ['*'], allowTypeImports: true }] }] },
  },
  { files: ['server/**'], rules: noImports('web', 'demo', 'tests') },
  { files: ['demo/**'], rules: noImports('web', 'js-glue', 'server', 'tests') },
);
